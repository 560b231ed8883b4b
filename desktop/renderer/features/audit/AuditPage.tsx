import { Download, RefreshCw, ShieldCheck } from 'lucide-react'
import { useStore } from 'zustand'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { useFresh } from '../../app/use-fresh.ts'
import { Button } from '../../ui/Button.tsx'
import { Panel } from '../../ui/Panel.tsx'
import '../../ui/rows.css'
import { useMay } from '../session/use-may.ts'
import { AuditFilters } from './AuditFilters.tsx'
import { AuditList } from './AuditList.tsx'
import { EntryDrawer } from './EntryDrawer.tsx'
import { isNoTime } from './time-choice.ts'
import { VerificationNotice } from './VerificationNotice.tsx'
import './audit.css'

/** Who changed what and when, and whether the record is as it was written. */
export const AuditPage = () => {
  const store = useConsoleStores().audit
  const { filter, opened, notice, exporting, verification } = useStore(store)
  const { refresh, verify, exportLog } = store.getState()
  const mayExport = useMay('audit:export')
  useFresh(refresh)
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
                <Button
                  disabled={exporting.isBusy || isNoTime(filter.time)}
                  title="Saves everything of this time, whatever else it is filtered by"
                  onClick={() => void exportLog()}
                >
                  <Download size={15} aria-hidden="true" /> Export
                </Button>
              )}
            </>
          }
        >
          <AuditList />
        </Panel>
      </div>
      {opened !== null && <EntryDrawer key={opened.seq} item={opened} />}
    </div>
  )
}
