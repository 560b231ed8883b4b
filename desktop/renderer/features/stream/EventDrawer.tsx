import { CircleAlert, Clock } from 'lucide-react'
import { useStore } from 'zustand'
import type { StreamItemDetail } from '#rpc/stream.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Drawer } from '../../ui/Drawer.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { SkeletonRows } from '../../ui/Skeleton.tsx'
import { eventTitle, VERDICT_WORDS, whoOf } from './verdict-words.ts'

/** What became of one event, and why. */
export const EventDrawer = () => {
  const { eventPanel } = useConsoleStores()
  const { id, detail, close } = useStore(eventPanel)
  if (id === null) return null
  return (
    <Drawer label="Event" onClose={close}>
      {detail.name === 'loading' && <SkeletonRows rows={5} height={56} />}
      {detail.name === 'failed' && (
        <EmptyState
          icon={CircleAlert}
          title={detail.error.message}
          text={detail.error.next ?? ''}
        />
      )}
      {detail.name === 'ready' && detail.value === null && (
        <EmptyState
          icon={Clock}
          title="This event is not kept any more"
          text="This computer holds the newest events only."
        />
      )}
      {detail.name === 'ready' && detail.value !== null && <Detail event={detail.value} />}
    </Drawer>
  )
}

const Detail = ({ event }: { event: StreamItemDetail }) => {
  const { label, tone } = VERDICT_WORDS[event.verdict]
  const why =
    event.verdict === 'duplicate'
      ? 'An event with this message id was stored before.'
      : event.detail
  return (
    <div className="drawer-scroll">
      <header className="drawer-header">
        <h2 className="event-title">{eventTitle(event)}</h2>
        <Badge tone={tone}>{label}</Badge>
      </header>
      <section className="drawer-section">
        {why !== null && <p className="event-why">{why}</p>}
        <dl className="facts">
          {event.reason !== null && <Fact label="Reason">{event.reason}</Fact>}
          <Fact label="Received">{wholeTime(event.receivedAt)}</Fact>
          {event.occurredAt !== null && <Fact label="Happened">{wholeTime(event.occurredAt)}</Fact>}
          <Fact label="Message id">
            <code>{event.messageId}</code>
          </Fact>
          {event.type !== null && <Fact label="Type">{event.type}</Fact>}
          {event.visitorId !== null && <Fact label="Who">{whoOf(event)}</Fact>}
          {event.path !== null && <Fact label="Path">{event.path}</Fact>}
        </dl>
      </section>
      {Object.keys(event.properties).length > 0 && (
        <section className="drawer-section" aria-labelledby="event-properties">
          <h3 id="event-properties">Properties</h3>
          <pre className="event-properties">{JSON.stringify(event.properties, null, 2)}</pre>
        </section>
      )}
    </div>
  )
}
