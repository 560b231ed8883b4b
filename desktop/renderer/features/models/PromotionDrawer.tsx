import { CircleCheck, CircleHelp, CircleX } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { FetchFailed } from '../../app/FetchFailed.tsx'
import { Drawer } from '../../ui/Drawer.tsx'
import { SkeletonRows } from '../../ui/Skeleton.tsx'
import { CHECK_WORDS, verdictOf } from './model-words.ts'

/** What the checks say of a model, and the decision. */
export const PromotionDrawer = () => {
  const store = useConsoleStores().models
  const { promotion, consider, closePromotion } = useStore(store)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') closePromotion()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [closePromotion])
  if (promotion === null) return null
  const { version, checks } = promotion
  return (
    <Drawer label={`Promote ${version}`} onClose={closePromotion}>
      <div className="drawer-scroll">
        <header className="drawer-header">
          <h2 className="model-drawer-title">Promote {version}</h2>
        </header>
        {checks.name === 'loading' && <SkeletonRows rows={5} height={56} />}
        {checks.name === 'failed' && (
          <FetchFailed error={checks.error} retry={() => consider(version)} />
        )}
        {checks.name === 'ready' && <Decision version={version} checks={checks.value} />}
      </div>
    </Drawer>
  )
}

const ICONS = { passed: CircleCheck, failed: CircleX, unknown: CircleHelp }

const Decision = ({ version, checks }: { version: string; checks: PromotionCheck[] }) => {
  const store = useConsoleStores().models
  const { changing, change } = useStore(store)
  const { isBusy } = changing
  const [reason, setReason] = useState('')
  const verdict = verdictOf(checks)
  const given = reason.trim()
  const accept = checks.filter((each) => each.verdict === 'unknown').map(({ check }) => check)
  return (
    <>
      <ul className="drawer-section checks">
        {checks.map(({ check, verdict: found, finding }) => {
          const Icon = ICONS[found]
          return (
            <li key={check} className={`check check-${found}`}>
              <Icon size={17} aria-label={found} />
              <span>
                <strong>{CHECK_WORDS[check]}.</strong> {finding}
              </span>
            </li>
          )
        })}
      </ul>
      <form
        className="drawer-section promotion"
        onSubmit={(event) => {
          event.preventDefault()
          void change(version, { stage: 'champion', accept, ...(given ? { reason: given } : {}) })
        }}
      >
        {verdict === 'barred' && <p>This model cannot be promoted. Nothing was changed.</p>}
        {verdict === 'with_reason' && (
          <label className="promotion-reason">
            Not everything can be told. Why promote it all the same?
            <textarea
              value={reason}
              rows={3}
              maxLength={1_000}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
        )}
        {verdict !== 'barred' && (
          <>
            <p className="model-soft">
              It scores every visitor from then on, everywhere within a minute. Rolling back takes
              one click.
            </p>
            <button
              type="submit"
              className="button button-primary"
              disabled={isBusy || (verdict === 'with_reason' && given === '')}
            >
              Promote
            </button>
          </>
        )}
      </form>
    </>
  )
}
