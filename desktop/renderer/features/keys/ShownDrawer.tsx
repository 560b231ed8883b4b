import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Button } from '../../ui/Button.tsx'
import { Drawer } from '../../ui/Drawer.tsx'
import { Field } from '../../ui/fields.tsx'
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
            <ShownLine key={line.label} label={line.label} value={line.value} />
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

const ShownLine = ({ label, value }: { label: string; value: string }) => {
  const ref = useRef<HTMLInputElement>(null)
  const [state, setState] = useState<'plain' | 'copied' | 'by_hand'>('plain')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value)
      setState('copied')
    } catch {
      // The shell gives pages no clipboard of their own; what is selected can always be copied.
      ref.current?.select()
      setState('by_hand')
    }
  }
  return (
    <div className="shown-line">
      <Field label={label}>
        <input
          ref={ref}
          className="field-input"
          readOnly
          value={value}
          onFocus={(event) => event.target.select()}
        />
      </Field>
      <Button aria-label={`Copy: ${label}`} onClick={() => void copy()}>
        {state === 'copied' ? (
          <Check size={15} aria-hidden="true" />
        ) : (
          <Copy size={15} aria-hidden="true" />
        )}
        {state === 'copied' ? 'Copied' : 'Copy'}
      </Button>
      <span role="status" className="field-note">
        {state === 'copied' && 'It is in the clipboard.'}
        {state === 'by_hand' && 'It is selected: press Ctrl+C or ⌘C.'}
      </span>
    </div>
  )
}
