import { useStore } from 'zustand'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { EdgeAnswer } from '../../app/EdgeAnswer.tsx'
import { useFresh } from '../../app/use-fresh.ts'
import '../../ui/rows.css'
import { useMay } from '../session/use-may.ts'
import { AppsPanel } from './AppsPanel.tsx'
import { KeysPanel } from './KeysPanel.tsx'
import { MakeKeyDrawer } from './MakeKeyDrawer.tsx'
import { RegisterAppDrawer } from './RegisterAppDrawer.tsx'
import { ShownDrawer } from './ShownDrawer.tsx'
import './keys.css'

/** What opens the workspace to programs: keys, and apps that people let in. */
export const KeysPage = () => {
  const { keys, apps, changing, drawer, refresh } = useStore(useConsoleStores().keys)
  const mayReadApps = useMay('apps:read')
  useFresh(refresh)
  return (
    <div className="page-content">
      <EdgeAnswer remote={keys} retry={refresh}>
        {(held) => (
          <div className="page-scroll">
            {drawer === null && <ChangeRefusal change={changing} />}
            <KeysPanel keys={held} />
            {mayReadApps && (
              <EdgeAnswer remote={apps} retry={refresh} rows={2}>
                {(registered) => <AppsPanel apps={registered} />}
              </EdgeAnswer>
            )}
          </div>
        )}
      </EdgeAnswer>
      {drawer?.name === 'key' && <MakeKeyDrawer />}
      {drawer?.name === 'app' && <RegisterAppDrawer />}
      {drawer?.name === 'shown' && <ShownDrawer shown={drawer.shown} />}
    </div>
  )
}
