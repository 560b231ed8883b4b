import { CircleAlert, Sparkles, Undo2 } from 'lucide-react'
import { useStore } from 'zustand'
import type { ModelsView, ModelView } from '#rpc/models.ts'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { FetchFailed } from '../../app/FetchFailed.tsx'
import { ago, wholeTime } from '../../app/time-words.ts'
import { useFresh } from '../../app/use-fresh.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { SkeletonRows } from '../../ui/Skeleton.tsx'
import { useMay } from '../session/use-may.ts'
import { GradesPanel } from './GradesPanel.tsx'
import { ModelCard } from './ModelCard.tsx'
import { changeWords, qualityWords, wayBack } from './model-words.ts'
import { PromotionDrawer } from './PromotionDrawer.tsx'
import './models.css'

/** Visitors are scored again within seconds of a change; that should be seen. */
const REFRESH_EVERY_MS = 4_000

/** What scores visitors, whether it still does well, and which other models there are. */
export const ModelsPage = () => {
  const store = useConsoleStores().models
  const { models, changing, refresh } = useStore(store)
  useFresh(refresh, REFRESH_EVERY_MS)

  if (models.name === 'loading') return <SkeletonRows rows={6} height={72} />
  if (models.name === 'failed') return <FetchFailed error={models.error} retry={refresh} />
  return (
    <div className="page-content">
      <div className="page-scroll">
        <ChangeRefusal change={changing} />
        <div className="models-columns">
          <Serving view={models.value} />
          <Watching view={models.value} />
        </div>
        <Registry view={models.value} />
        <div className="models-columns">
          <GradesPanel view={models.value} />
          <Changes view={models.value} />
        </div>
      </div>
      <PromotionDrawer />
    </div>
  )
}

const Serving = ({ view }: { view: ModelsView }) => {
  const store = useConsoleStores().models
  const isBusy = useStore(store, (state) => state.changing.isBusy)
  const mayChange = useMay('models:write')
  const rollBack = useStore(store, (state) => state.rollBack)
  const champion = view.models.find(({ version }) => version === view.champion)
  const back = wayBack(view)
  return (
    <Panel
      id="serving"
      title="What scores visitors"
      tools={
        mayChange &&
        back !== null && (
          <Button disabled={isBusy} onClick={() => void rollBack()} title={`Back to ${back}`}>
            <Undo2 size={15} aria-hidden="true" />
            Roll back
          </Button>
        )
      }
    >
      <div className="models-text">
        <p className="model-name">
          {view.champion ?? 'Starter model'} <Badge tone="good">Champion</Badge>
        </p>
        {champion === undefined ? (
          <p>
            It ships with Edgewise and has not seen your visitors: its order is sensible, its
            probabilities are not yours. <span className="model-soft">{view.starter}</span>
          </p>
        ) : (
          qualityWords(champion).map((words) => <p key={words}>{words}</p>)
        )}
        {view.challenger !== null && (
          <p>
            <strong>{view.challenger.sharePercent} %</strong> of visitors are scored by{' '}
            {view.challenger.model}.
          </p>
        )}
        {view.shadows.length > 0 && <p>In shadow: {view.shadows.join(', ')}.</p>}
        <Rescoring {...view.rescoring} />
      </div>
    </Panel>
  )
}

const Rescoring = ({ scored, profiles, isDone }: ModelsView['rescoring']) => (
  <p className="model-soft" role="status">
    {isDone
      ? `All ${profiles.toLocaleString('en')} live profiles have its score.`
      : `Scoring live profiles again: ${scored.toLocaleString('en')} of ${profiles.toLocaleString('en')} …`}
  </p>
)

const Watching = ({ view }: { view: ModelsView }) => {
  const now = useNow()
  const { alerts, watch } = view
  return (
    <Panel
      id="watching"
      title="Is it still right?"
      note={watch === null ? undefined : `Looked at ${ago(watch.at, now)}, once a day`}
    >
      <div className="models-text">
        {alerts.map(({ alertId, message, openedAt }) => (
          <p key={alertId} className="model-alert">
            <CircleAlert size={15} aria-hidden="true" />
            <span>
              {message}{' '}
              <time className="model-soft" title={wholeTime(openedAt)}>
                Since {ago(openedAt, now)}.
              </time>
            </span>
          </p>
        ))}
        {watch === null && <p>It has not been looked at yet; that happens once a day.</p>}
        {watch !== null && alerts.length === 0 && watch.untold.length === 0 && (
          <p>Visitors, scores and outcomes are as they were.</p>
        )}
        {watch !== null && watch.untold.length > 0 && (
          <>
            <p>Not enough visitors yet to tell everything:</p>
            <ul className="models-untold">
              {watch.untold.map((words) => (
                <li key={words}>{words}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Panel>
  )
}

const Registry = ({ view }: { view: ModelsView }) => (
  <Panel id="registry" title="Models of this workspace" note={String(view.models.length)}>
    {view.models.length === 0 ? (
      <EmptyState
        icon={Sparkles}
        title="No model of your own yet"
        text="npm run train -- --workspace demo learns one from your visitors and puts it here as a draft."
      />
    ) : (
      <ul className="models-list">
        {view.models.map((model: ModelView) => (
          <ModelCard key={model.version} model={model} view={view} />
        ))}
      </ul>
    )}
  </Panel>
)

const Changes = ({ view }: { view: ModelsView }) => {
  const now = useNow()
  return (
    <Panel id="changes" title="Changes">
      {view.changes.length === 0 ? (
        <p className="models-text">Nothing was changed yet.</p>
      ) : (
        <ol className="models-text model-changes">
          {view.changes.map((change) => (
            <li key={change.changeId}>
              {changeWords(change)}{' '}
              <time className="model-soft" title={wholeTime(change.at)}>
                {ago(change.at, now)}
              </time>
              {change.reason !== null && <span className="model-soft"> – “{change.reason}”</span>}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
