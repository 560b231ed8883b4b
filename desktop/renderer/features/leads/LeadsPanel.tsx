import { ArrowDown, SearchX, UserRoundCheck, Users } from 'lucide-react'
import { type Ref, useCallback, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import type { Lead, LeadSort } from '#rpc/leads.ts'
import { GRADES } from '#shared/scoring/score.ts'
import { useNow } from '../../app/clock.ts'
import { openLead, useConsoleStores } from '../../app/console-stores.ts'
import { FetchFailed } from '../../app/FetchFailed.tsx'
import { ago, wholeTime } from '../../app/time-words.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { SearchField } from '../../ui/fields.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { SkeletonRows } from '../../ui/Skeleton.tsx'
import { type Column, VirtualTable } from '../../ui/VirtualTable.tsx'
import { Grade } from './Grade.tsx'
import { channelName, leadName, leadSubtitle, plural } from './lead-words.ts'
import { isFiltered, WHOLE_VIEW } from './leads-store.ts'
import './leads.css'

const ROW_PX = 54

/** The table of leads. */
export const LeadsPanel = ({ searchRef }: { searchRef: Ref<HTMLInputElement> }) => {
  const { leads } = useConsoleStores()
  const { view, held, setView } = useStore(leads)
  return (
    <Panel
      id="leads"
      title="Leads"
      note={held.name === 'ready' ? held.value.total.toLocaleString('en') : undefined}
      tools={
        <>
          <fieldset className="grade-filter">
            <legend className="visually-hidden">Grades</legend>
            {GRADES.map((grade) => (
              <Button
                key={grade}
                square
                aria-pressed={view.grades.includes(grade)}
                aria-label={`Grade ${grade}`}
                onClick={() =>
                  setView({
                    grades: view.grades.includes(grade)
                      ? view.grades.filter((other) => other !== grade)
                      : [...view.grades, grade],
                  })
                }
              >
                {grade}
              </Button>
            ))}
          </fieldset>
          <Button
            aria-pressed={view.knownOnly}
            onClick={() => setView({ knownOnly: !view.knownOnly })}
          >
            <UserRoundCheck size={14} aria-hidden="true" />
            Known only
          </Button>
          <SearchField
            ref={searchRef}
            label="Search leads"
            value={view.search}
            shortcut="/"
            onChange={(search) => setView({ search })}
          />
        </>
      }
    >
      <LeadsBody />
    </Panel>
  )
}

const LeadsBody = () => {
  const stores = useConsoleStores()
  const { leads, leadPanel, connection } = stores
  const { view, held, setView, loadMore, refresh } = useStore(leads)
  const openKey = useStore(leadPanel, (state) => state.leadKey)
  const state = useStore(connection, ({ connection: now }) => now?.name ?? 'connecting')
  const retry = useStore(connection, (store) => store.retry)
  const now = useNow()
  const scrollRef = useRef<HTMLDivElement>(null)
  const onEndReached = useCallback(() => void loadMore(), [loadMore])
  const columns = useMemo(
    () => leadColumns(now, view.sort, (sort) => setView({ sort })),
    [now, view.sort, setView],
  )

  if (held.name === 'loading') return <SkeletonRows rows={10} height={ROW_PX} />
  if (held.name === 'failed') return <FetchFailed error={held.error} retry={refresh} />
  if (held.value.items.length === 0) {
    if (isFiltered(view)) {
      return (
        <EmptyState
          icon={SearchX}
          title="No lead matches"
          text="Nobody fits this search and these filters together."
          action={
            <Button onClick={() => setView({ ...WHOLE_VIEW, sort: view.sort })}>
              Clear filters
            </Button>
          }
        />
      )
    }
    if (state === 'connecting' || state === 'catching_up') {
      return <SkeletonRows rows={10} height={ROW_PX} />
    }
    if (state === 'synced') {
      return (
        <EmptyState
          icon={Users}
          title="No leads yet"
          text="Everybody who visits your site appears here with a score and the reasons for it."
        />
      )
    }
    return (
      <EmptyState
        icon={Users}
        title="No leads on this computer yet"
        text="They are fetched as soon as the edge can be reached."
        action={<Button onClick={retry}>Try now</Button>}
      />
    )
  }
  return (
    <VirtualTable
      id="leads"
      label="Leads"
      rows={held.value.items}
      total={held.value.total}
      columns={columns}
      rowHeight={ROW_PX}
      keyOf={(lead) => lead.leadKey}
      selectedKey={openKey}
      onOpen={(lead) => openLead(stores, lead.leadKey)}
      onEndReached={onEndReached}
      scrollRef={scrollRef}
    />
  )
}

const leadColumns = (
  now: number,
  sort: LeadSort,
  setSort: (sort: LeadSort) => void,
): Column<Lead>[] => [
  {
    key: 'score',
    header: (
      <SortHeader label="Score" active={sort === 'points'} onSort={() => setSort('points')} />
    ),
    sorted: sort === 'points' ? 'descending' : 'none',
    cell: (lead) => (
      <span className="lead-score">
        <Grade grade={lead.grade} />
        <span className="lead-points tabular">{lead.points ?? ''}</span>
      </span>
    ),
  },
  {
    key: 'lead',
    header: 'Lead',
    cell: (lead) => (
      <>
        <div className={lead.known ? 'lead-name' : 'lead-name lead-name-anonymous'}>
          {leadName(lead)}
        </div>
        <div className="lead-subtitle">{leadSubtitle(lead)}</div>
      </>
    ),
  },
  {
    key: 'channel',
    header: 'Channel',
    cell: (lead) => <div className="cut">{channelName(lead.channel)}</div>,
  },
  {
    key: 'activity',
    header: 'Activity',
    cell: (lead) => (
      <>
        <div className="cut">{plural(lead.pageviews, 'page view')}</div>
        <div className="lead-subtitle">{plural(lead.sessions, 'session')}</div>
      </>
    ),
  },
  {
    key: 'seen',
    header: (
      <SortHeader
        label="Last seen"
        active={sort === 'lastSeen'}
        onSort={() => setSort('lastSeen')}
      />
    ),
    sorted: sort === 'lastSeen' ? 'descending' : 'none',
    cell: (lead) => (
      <time className="tabular" title={wholeTime(lead.lastSeenAt)}>
        {ago(lead.lastSeenAt, now)}
      </time>
    ),
  },
]

const SortHeader = ({
  label,
  active,
  onSort,
}: {
  label: string
  active: boolean
  onSort: () => void
}) => (
  <button type="button" className="sort-header" data-active={active} onClick={onSort}>
    {label}
    <ArrowDown size={12} aria-hidden="true" />
  </button>
)
