-- What models in shadow said of the same features at the same moment: [{modelVersion, probability, ...}].
ALTER TABLE scores ADD COLUMN shadows TEXT NOT NULL DEFAULT '[]';
