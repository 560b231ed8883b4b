import { useStore } from 'zustand'
import type { ModelsView, ModelView } from '#rpc/models.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { ago, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { useMay } from '../session/use-may.ts'
import { qualityWords, STAGE_WORDS, stepsFrom, trainedWords } from './model-words.ts'

/** What a first try is given: enough to learn from, little enough to be wrong about. */
const FIRST_SHARE_PERCENT = 10

/** One model: where it stands, how good it is, and what can be done with it. */
export const ModelCard = ({ model, view }: { model: ModelView; view: ModelsView }) => {
  const now = useNow()
  const store = useConsoleStores().models
  const { changing, change, consider } = useStore(store)
  const { isBusy } = changing
  const mayChange = useMay('models:write')
  const { version, stage, stageSince } = model
  const words = STAGE_WORDS[stage]
  const other = view.challenger !== null && view.challenger.model !== version
  const steps = stepsFrom(stage, other)
  return (
    <li className="model">
      <div className="model-about">
        <p className="model-name">
          {version}{' '}
          <Badge tone={words.tone} title={words.means}>
            {words.label}
          </Badge>
        </p>
        <p className="model-soft">
          {trainedWords(model)}. {words.label}{' '}
          <time title={wholeTime(stageSince)}>{ago(stageSince, now)}</time>.
        </p>
        <ul className="model-quality">
          {qualityWords(model).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
      {mayChange && (
        <div className="model-steps">
          {steps.shadow && (
            <Button
              disabled={isBusy}
              title="Score everybody with it, unseen"
              onClick={() => void change(version, { stage: 'shadow' })}
            >
              Shadow
            </Button>
          )}
          {steps.challenge && (
            <Button
              disabled={isBusy}
              onClick={() =>
                void change(version, { stage: 'challenger', sharePercent: FIRST_SHARE_PERCENT })
              }
            >
              Try on {FIRST_SHARE_PERCENT} %
            </Button>
          )}
          {steps.retire && (
            <Button disabled={isBusy} onClick={() => void change(version, { stage: 'retired' })}>
              Retire
            </Button>
          )}
          {steps.promote && (
            <Button kind="primary" disabled={isBusy} onClick={() => void consider(version)}>
              Promote …
            </Button>
          )}
        </div>
      )}
    </li>
  )
}
