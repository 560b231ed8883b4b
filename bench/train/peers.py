"""Trains the peers on a table that the benchmark wrote, and prints one JSON object.

Usage: peers.py FOLDER COLUMNS ROUNDS RATE LEAVES
FOLDER holds fit.x, test.x (float32, column after column) and fit.y, test.y (uint8).
"""
import json
import sys
import time

import numpy as np

folder, columns, rounds, rate, leaves = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])


def load(part):
    x = np.fromfile(f"{folder}/{part}.x", dtype=np.float32).reshape(columns, -1).T
    return np.ascontiguousarray(x), np.fromfile(f"{folder}/{part}.y", dtype=np.uint8)


fit_x, fit_y = load("fit")
test_x, test_y = load("test")
found = {}


def measure(name, train, score):
    started = time.perf_counter()
    model = train()
    seconds = time.perf_counter() - started
    from sklearn.metrics import roc_auc_score

    found[name] = {"seconds": seconds, "auc": roc_auc_score(test_y, score(model))}


try:
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier

    measure(
        f"scikit-learn {sklearn.__version__}",
        lambda: HistGradientBoostingClassifier(
            max_iter=rounds, learning_rate=rate, max_leaf_nodes=leaves, l2_regularization=1.0,
            min_samples_leaf=20, early_stopping=False,
        ).fit(fit_x, fit_y),
        lambda model: model.predict_proba(test_x)[:, 1],
    )
except ImportError as reason:
    found["scikit-learn"] = {"absent": str(reason)}
try:
    import xgboost

    measure(
        f"XGBoost {xgboost.__version__}",
        lambda: xgboost.XGBClassifier(
            n_estimators=rounds, learning_rate=rate, max_leaves=leaves, max_depth=0, reg_lambda=1.0,
            grow_policy="lossguide", tree_method="hist", n_jobs=1,
        ).fit(fit_x, fit_y),
        lambda model: model.predict_proba(test_x)[:, 1],
    )
except ImportError as reason:
    found["XGBoost"] = {"absent": str(reason)}
print(json.dumps(found))
