import { useState } from 'react'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/fields.tsx'

/** A button that opens a form of one field in its place. */
export const OneFieldForm = ({
  opens,
  label,
  note,
  action,
  type = 'text',
  initial = '',
  maxChars,
  isBusy,
  problemOf = () => null,
  onSubmit,
}: {
  /** What the button says while the form is closed. */
  opens: string
  label: string
  note: string
  action: string
  type?: 'text' | 'password'
  initial?: string
  maxChars: number
  isBusy: boolean
  /** What is wrong with what was typed, in place of the note. */
  problemOf?: (text: string) => string | null
  onSubmit: (text: string) => void
}) => {
  const [text, setText] = useState<string | null>(null)
  if (text === null) {
    return (
      <Button disabled={isBusy} onClick={() => setText(initial)}>
        {opens}
      </Button>
    )
  }
  const problem = problemOf(text)
  const given = text.trim()
  const isReady = given !== '' && problem === null && !isBusy
  return (
    <form
      className="one-field-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isReady) return
        setText(null)
        onSubmit(given)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        // The drawer around it stays open.
        event.stopPropagation()
        setText(null)
      }}
    >
      <Field label={label} note={problem ?? note}>
        <input
          className="field-input"
          type={type}
          // biome-ignore lint/a11y/noAutofocus: it comes in the place of the button that was pressed
          autoFocus
          autoComplete={type === 'password' ? 'new-password' : 'off'}
          spellCheck={false}
          maxLength={maxChars}
          aria-invalid={problem !== null}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <div className="row-steps">
        <Button type="submit" kind="primary" disabled={!isReady}>
          {action}
        </Button>
        <Button kind="quiet" onClick={() => setText(null)}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
