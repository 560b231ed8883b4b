import { Check, Copy } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from './Button.tsx'
import './copy-line.css'
import { Field } from './fields.tsx'

/** A value that is meant to be put somewhere else, with a button that copies it. */
export const CopyLine = ({ label, value }: { label: string; value: string }) => {
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
    <div className="copy-line">
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
