import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyLine } from '../../ui/CopyLine.tsx'
import { Drawer } from '../../ui/Drawer.tsx'
import type { Shown } from './keys-store.ts'

/** What is shown this once. Escape does not close it: a key lost by a slip would have to be made again. */
export const ShownDrawer = ({ shown }: { shown: Shown }) => {
  const close = useStore(useConsoleStores().keys, (state) => state.close)
  const isSecret = shown.lines.some(({ secret }) => secret)
  return (
    <Drawer label={`${shown.title} is ready`} onClose={close} closeLabel="Close">
      <div className="drawer-scroll">
        <header className="drawer-header">
          <h2 className="drawer-title">{shown.title} is ready</h2>
        </header>
        <div className="drawer-form">
          <p>
            {isSecret
              ? 'Copy it now, to where you keep secrets: it is not kept here, and nobody can show it again.'
              : 'Copy it now: it is not kept here, and nobody can show it again.'}
          </p>
          {shown.lines.map((line) => (
            <CopyLine key={line.label} label={line.label} value={line.value} />
          ))}
          <div className="drawer-form-steps">
            <Button kind="primary" onClick={close}>
              I have copied it
            </Button>
          </div>
        </div>
      </div>
    </Drawer>
  )
}
