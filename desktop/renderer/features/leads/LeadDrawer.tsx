import { UserRoundX } from 'lucide-react'
import { useStore } from 'zustand'
import type { LeadDetail } from '#rpc/leads.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { FetchFailed } from '../../app/FetchFailed.tsx'
import { ago, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Drawer } from '../../ui/Drawer.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { SkeletonRows } from '../../ui/Skeleton.tsx'
import { visitorName } from '../stream/verdict-words.ts'
import { Grade } from './Grade.tsx'
import { knownTraits } from './known-traits.ts'
import { LeadScoreView } from './LeadScoreView.tsx'
import { channelName, countryName, leadName, leadSubtitle, plural } from './lead-words.ts'
import { Timeline } from './Timeline.tsx'
import './lead-drawer.css'

/** Everything about the lead that was chosen, over the right side of the page. */
export const LeadDrawer = () => {
  const { leadPanel } = useConsoleStores()
  const leadKey = useStore(leadPanel, (state) => state.leadKey)
  const close = useStore(leadPanel, (state) => state.close)
  if (leadKey === null) return null
  return (
    <Drawer label="Lead" onClose={close}>
      <DrawerBody key={leadKey} />
    </Drawer>
  )
}

const DrawerBody = () => {
  const { leadPanel } = useConsoleStores()
  const { detail, refresh, close } = useStore(leadPanel)
  if (detail.name === 'loading') return <SkeletonRows rows={8} height={64} />
  if (detail.name === 'failed') return <FetchFailed error={detail.error} retry={refresh} />
  if (detail.value === null) {
    return (
      <EmptyState
        icon={UserRoundX}
        title="This lead is no more"
        text="It may have been merged into another one."
        action={<Button onClick={close}>Close</Button>}
      />
    )
  }
  return <Detail detail={detail.value} />
}

const Detail = ({ detail }: { detail: LeadDetail }) => {
  const now = useNow()
  const { lead, score } = detail
  return (
    <div className="drawer-scroll">
      <header className="drawer-header">
        <Grade grade={lead.grade} large />
        <div className="drawer-who">
          <h2 className="drawer-name">{leadName(lead)}</h2>
          <p className="lead-subtitle">{leadSubtitle(lead)}</p>
        </div>
        {lead.points !== null && (
          <p className="drawer-points">
            <span className="tabular">{lead.points}</span>
            <small>of 100</small>
          </p>
        )}
      </header>
      {score === null ? (
        <p className="drawer-note">Not scored yet: the first visits are still being counted.</p>
      ) : (
        <LeadScoreView score={score} />
      )}
      <section className="drawer-section" aria-labelledby="lead-facts">
        <h3 id="lead-facts">What is known</h3>
        <dl className="facts">
          <Fact label="Last seen">
            <time title={wholeTime(lead.lastSeenAt)}>{ago(lead.lastSeenAt, now)}</time>
            {lead.lastPath !== null && <> on {lead.lastPath}</>}
          </Fact>
          <Fact label="First seen">
            <time title={wholeTime(lead.firstSeenAt)}>{ago(lead.firstSeenAt, now)}</time>
          </Fact>
          <Fact label="Came by">
            {channelName(lead.channel)}
            {detail.campaign !== null && <> · {detail.campaign}</>}
          </Fact>
          <Fact label="Activity">
            {plural(lead.sessions, 'session')}, {plural(lead.pageviews, 'page view')},{' '}
            {plural(lead.events, 'event')}
          </Fact>
          {lead.country !== null && <Fact label="Country">{countryName(lead.country)}</Fact>}
          {detail.userId !== null && <Fact label="User id">{detail.userId}</Fact>}
          {knownTraits(detail.traits).map(({ key, label, value }) => (
            <Fact key={key} label={label}>
              {value}
            </Fact>
          ))}
        </dl>
      </section>
      {detail.devices.length > 1 && <Devices detail={detail} now={now} />}
      <Timeline />
    </div>
  )
}

const Devices = ({ detail, now }: { detail: LeadDetail; now: number }) => (
  <section className="drawer-section" aria-labelledby="lead-devices">
    <h3 id="lead-devices">{plural(detail.devices.length, 'device')}</h3>
    <ul className="devices">
      {detail.devices.map((device) => (
        <li key={device.visitorId}>
          <Grade grade={device.grade} />
          <span className="device-name">
            {visitorName(device.visitorId)}
            <span className="lead-subtitle">
              {plural(device.sessions, 'session')} · {channelName(device.channel)}
            </span>
          </span>
          {detail.score?.visitorId === device.visitorId && (
            <Badge tone="accent">Gives the score</Badge>
          )}
          <time className="lead-subtitle" title={wholeTime(device.lastSeenAt)}>
            {ago(device.lastSeenAt, now)}
          </time>
        </li>
      ))}
    </ul>
  </section>
)
