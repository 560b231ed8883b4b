import { Download, RefreshCw, ScrollText, SearchX, ShieldCheck } from 'lucide-react'
import { useStore } from 'zustand'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { EdgeAnswer } from '../../app/EdgeAnswer.tsx'
import { useFresh } from '../../app/use-fresh.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import '../../ui/rows.css'
import { useMay } from '../session/use-may.ts'
import { AuditFilters } from './AuditFilters.tsx'
import { AuditRows } from './AuditRows.tsx'
import { EntryDrawer } from './EntryDrawer.tsx'
import { VerificationNotice } from './VerificationNotice.tsx'
import './audit.css'

/** Who changed what and when, and whether the record is as it was written. */
export const AuditPage = () => {
  const store = useConsoleStores().audit
  const { list, filter, opened, notice, exporting, verification, isLoadingMore } = useStore(store)
  const { refresh, loadMore, setFilter, verify, exportLog } = store.getState()
  const mayExport = useMay('audit:export')
  useFresh(refresh)
  const isFiltered = filter.action !== null || filter.actor !== null
  return (
    <div className="page-content">
      <div className="page-scroll">
        <ChangeRefusal change={exporting} />
        <div role="status" className="page-notice-place">
          {notice !== null && <p className="page-notice">{notice}</p>}
        </div>
        <VerificationNotice />
        <Panel
          id="audit"
          title="Entries"
          tools={
            <>
              <AuditFilters />
              <Button square aria-label="Load the newest" onClick={() => void refresh()}>
                <RefreshCw size={15} />
              </Button>
              <Button
                disabled={verification?.name === 'walking'}
                title="Walks the whole chain of entries and the signed anchors along it"
                onClick={() => void verify()}
              >
                <ShieldCheck size={15} aria-hidden="true" /> Verify
              </Button>
              {mayExport && (
                <Button disabled={exporting.isBusy} onClick={() => void exportLog()}>
                  <Download size={15} aria-hidden="true" /> Export
                </Button>
              )}
            </>
          }
        >
          <EdgeAnswer remote={list} retry={refresh} rows={8}>
            {({ items, next }) =>
              items.length === 0 ? (
                <EmptyState
                  icon={isFiltered ? SearchX : ScrollText}
                  title={isFiltered ? 'Nothing like this is on record' : 'Nothing is on record yet'}
                  text={
                    isFiltered
                      ? 'Try another action or person.'
                      : 'Every change of people, keys, slots and models is written down here.'
                  }
                  action={
                    isFiltered && (
                      <Button onClick={() => setFilter({ action: null, actor: null })}>
                        Clear filters
                      </Button>
                    )
                  }
                />
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
        </Panel>
      </div>
      {opened !== null && <EntryDrawer key={opened.seq} item={opened} />}
    </div>
  )
}
