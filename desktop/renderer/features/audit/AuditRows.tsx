import { useStore } from 'zustand'
import type { AuditItem } from '#rpc/audit.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { clockTime, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { fromWords, subjectWords, whoWords } from './audit-words.ts'

/** Entries, the newest first; each opens what was there before and after. */
export const AuditRows = ({ items }: { items: readonly AuditItem[] }) => {
  const now = useNow()
  const { people, opened, verification, open } = useStore(useConsoleStores().audit)
  const brokenSeq = verification?.name === 'broken' ? verification.seq : null
  return (
    <ol className="audit-rows">
      {items.map((item) => (
        <li key={item.seq}>
          <button
            type="button"
            className="audit-row"
            aria-pressed={opened?.seq === item.seq}
            onClick={() => open(item)}
          >
            <span className="audit-what">
              <strong>{item.sentence}</strong>{' '}
              {item.seq === brokenSeq && <Badge tone="bad">Not as it was written</Badge>}
              <span className="audit-soft">{subjectWords(item, people)}</span>
            </span>
            <span className="audit-who">
              {whoWords(item, people)}
              <span className="audit-soft">{fromWords(item)}</span>
            </span>
            <span className="audit-when tabular">
              <time title={wholeTime(item.at)}>{clockTime(item.at, now)}</time>
              <span className="audit-soft">#{item.seq}</span>
            </span>
          </button>
        </li>
      ))}
    </ol>
  )
}
