import { Field } from '../../ui/fields.tsx'
import type { ReadLines } from './key-words.ts'

/** Addresses, one a line, and what is wrong with them in the place of the note. */
export const LinesField = ({
  label,
  note,
  value,
  read,
  onChange,
}: {
  label: string
  note: string
  value: string
  /** What was made out in the value. */
  read: ReadLines
  onChange: (value: string) => void
}) => (
  <Field label={label} note={read.kind === 'invalid' ? read.message : note}>
    <textarea
      className="field-input code"
      rows={3}
      spellCheck={false}
      aria-invalid={read.kind === 'invalid'}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </Field>
)
