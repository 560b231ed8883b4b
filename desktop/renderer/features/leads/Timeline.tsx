import {
  Building2,
  Eye,
  type LucideIcon,
  Merge,
  MonitorSmartphone,
  MousePointerClick,
  UserRoundPen,
} from 'lucide-react'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { TimelineItem } from '#rpc/leads.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { clockTime, dayName, exactTime, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { SkeletonRows } from '../../ui/Skeleton.tsx'
import { eventTitle } from '../stream/verdict-words.ts'
import { channelName } from './lead-words.ts'
import { type TimelineSession, timelineSessions } from './timeline-sessions.ts'
import './timeline.css'

const ICONS: Record<TimelineItem['type'], LucideIcon> = {
  page: Eye,
  screen: MonitorSmartphone,
  track: MousePointerClick,
  identify: UserRoundPen,
  group: Building2,
  alias: Merge,
}

/** What the lead did, newest first, in sessions. */
export const Timeline = () => {
  const { leadPanel } = useConsoleStores()
  const { timeline, loadMore } = useStore(leadPanel)
  const now = useNow()
  const items = timeline.name === 'ready' ? timeline.value.items : null
  const sessions = useMemo(() => timelineSessions(items ?? []), [items])
  return (
    <section className="drawer-section" aria-labelledby="lead-timeline">
      <h3 id="lead-timeline">Timeline</h3>
      {timeline.name === 'loading' && <SkeletonRows rows={4} height={40} />}
      {timeline.name === 'failed' && <p className="drawer-note">{timeline.error.message}</p>}
      {items?.length === 0 && (
        <p className="drawer-note">The events of this lead are older than this computer keeps.</p>
      )}
      <ol>
        {sessions.map((session) => (
          <Session key={session.key} session={session} now={now} />
        ))}
      </ol>
      {timeline.name === 'ready' && timeline.value.next !== null && (
        <Button className="timeline-more" onClick={() => void loadMore()}>
          Earlier events
        </Button>
      )}
    </section>
  )
}

const Session = ({ session, now }: { session: TimelineSession; now: number }) => {
  const newest = session.items[0]?.occurredAt ?? session.startedAt
  return (
    <li className="session">
      <p className="session-title">
        {session.complete ? (
          <>
            {dayName(session.startedAt, now)}, {clockTime(session.startedAt, session.startedAt)}
          </>
        ) : (
          <>Until {clockTime(newest, now)}</>
        )}
        <span> · {channelName(session.channel)}</span>
      </p>
      <ol>
        {session.items.map((item) => {
          const Icon = ICONS[item.type]
          return (
            <li key={item.id} className={`moment moment-${item.type}`}>
              <span className="moment-icon" aria-hidden="true">
                <Icon size={13} />
              </span>
              <span className="moment-text">
                {eventTitle(item)}
                {item.path !== null && <span className="lead-subtitle"> {item.path}</span>}
              </span>
              {item.bot && <Badge tone="neutral">Bot</Badge>}
              <time className="tabular lead-subtitle" title={wholeTime(item.occurredAt)}>
                {exactTime(item.occurredAt)}
              </time>
            </li>
          )
        })}
      </ol>
    </li>
  )
}
