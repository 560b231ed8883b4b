import { CalendarX2, ScrollText, SearchX } from 'lucide-react'
import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import { EdgeAnswer } from '../../app/EdgeAnswer.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { AuditRows } from './AuditRows.tsx'
import { EVERYTHING } from './audit-store.ts'
import { isNoTime } from './time-choice.ts'

/** The entries that were asked for, or why there are none. */
export const AuditList = () => {
  const { list, filter, isLoadingMore, refresh, loadMore } = useStore(useConsoleStores().audit)
  if (isNoTime(filter.time)) {
    return (
      <EmptyState
        icon={CalendarX2}
        title="The last day comes before the first"
        text="Choose a last day that is the same or later."
      />
    )
  }
  return (
    <EdgeAnswer remote={list} retry={refresh} rows={8}>
      {({ items, next }) =>
        items.length === 0 ? (
          <NoEntries />
        ) : (
          <>
            <AuditRows items={items} />
            {next !== null && (
              <div className="audit-more">
                <Button disabled={isLoadingMore} onClick={() => void loadMore()}>
                  {isLoadingMore ? 'Loading…' : 'Load more'}
                </Button>
              </div>
            )}
          </>
        )
      }
    </EdgeAnswer>
  )
}

const NoEntries = () => {
  const { filter, setFilter } = useStore(useConsoleStores().audit)
  const { action, actor, time } = filter
  if (action === null && actor === null && time.kind === 'all') {
    return (
      <EmptyState
        icon={ScrollText}
        title="Nothing is on record yet"
        text="Every change of people, keys, slots and models is written down here."
      />
    )
  }
  return (
    <EmptyState
      icon={SearchX}
      title="Nothing like this is on record"
      text="Try another action, person or time."
      action={<Button onClick={() => setFilter(EVERYTHING)}>Clear filters</Button>}
    />
  )
}
