import { useStore } from 'zustand'
import type { Overview } from '#rpc/overview.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { MinuteBars } from './MinuteBars.tsx'
import './overview.css'

/** The figures over the page. */
export const OverviewBar = () => {
  const overview = useStore(useConsoleStores().overview, (state) => state.overview)
  const value = overview.name === 'ready' ? overview.value : null
  return (
    <section className="overview" aria-label="Overview">
      <Figure label="Events, last 15 minutes" value={value?.eventsLast15Minutes}>
        {value !== null && <MinuteBars counts={value.perMinute} />}
      </Figure>
      <Figure label="Known leads" value={value?.knownLeads}>
        {value !== null && <span className="figure-note">of {format(value.leads)}</span>}
      </Figure>
      <Figure label="Grade A" value={value?.gradeA} />
      <Today today={value?.today} />
    </section>
  )
}

const format = (count: number): string => count.toLocaleString('en')

const Figure = ({
  label,
  value,
  children,
}: {
  label: string
  value: number | undefined
  children?: React.ReactNode
}) => (
  <div className="figure">
    <span className="figure-label">{label}</span>
    <div className="figure-row">
      <span className="figure-value tabular">
        {value === undefined ? <Skeleton width="56px" /> : format(value)}
      </span>
      {children}
    </div>
  </div>
)

const PARTS = [
  { key: 'accepted', label: 'Accepted' },
  { key: 'bot', label: 'Bot' },
  { key: 'duplicate', label: 'Duplicate' },
  { key: 'rejected', label: 'Rejected' },
] as const

/** What became of today's events, adding up. */
const Today = ({ today }: { today: Overview['today'] | undefined }) => (
  <div className="figure figure-today">
    <span className="figure-label">Received today</span>
    <dl className="today">
      {PARTS.map(({ key, label }) => (
        <div key={key} className={`today-part today-${key}`}>
          <dt>{label}</dt>
          <dd className="tabular">
            {today === undefined ? <Skeleton width="32px" /> : format(today[key])}
          </dd>
        </div>
      ))}
      {today !== undefined && today.quarantined > 0 && (
        <div className="today-part today-rejected">
          <dt>Quarantined</dt>
          <dd className="tabular">{format(today.quarantined)}</dd>
        </div>
      )}
    </dl>
  </div>
)
