import { Search, X } from 'lucide-react'
import type { ReactNode, Ref } from 'react'
import './fields.css'

/** The edge takes no longer names. */
const MAX_NAME_CHARS = 60

/** A field that searches while one types. Escape empties it, then leaves it. */
export const SearchField = ({
  label,
  value,
  onChange,
  shortcut,
  ref,
}: {
  label: string
  value: string
  onChange: (value: string) => void
  /** A key shown in the field while it is empty. */
  shortcut?: string
  ref?: Ref<HTMLInputElement>
}) => (
  <span className="search-field">
    <Search size={14} aria-hidden="true" className="search-field-icon" />
    <input
      ref={ref}
      className="search-field-input"
      type="text"
      aria-label={label}
      placeholder={label}
      value={value}
      spellCheck={false}
      maxLength={200}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        if (value === '') event.currentTarget.blur()
        else onChange('')
      }}
    />
    {value !== '' && (
      <button
        type="button"
        className="search-field-clear"
        aria-label={`Clear: ${label}`}
        onClick={() => onChange('')}
      >
        <X size={13} />
      </button>
    )}
    {value === '' && shortcut !== undefined && (
      <span className="search-field-key" aria-hidden="true">
        {shortcut}
      </span>
    )}
  </span>
)

/** One of a few, in the browser's own list. */
export const Select = <Value extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
}: {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
  disabled?: boolean
}) => (
  <select
    className="select"
    disabled={disabled}
    aria-label={label}
    value={value}
    onChange={(event) => {
      const chosen = options.find((option) => option.value === event.target.value)
      if (chosen !== undefined) onChange(chosen.value)
    }}
  >
    {options.map((option) => (
      <option key={option.value} value={option.value}>
        {option.label}
      </option>
    ))}
  </select>
)

/** A day by the browser's own calendar, as `2026-05-01`; empty for none. */
export const DateField = ({
  label,
  value,
  min,
  max,
  onChange,
}: {
  label: string
  value: string
  min?: string
  max?: string
  onChange: (value: string) => void
}) => (
  <input
    className="date-field"
    type="date"
    aria-label={label}
    title={label}
    value={value}
    min={min}
    max={max}
    onChange={(event) => onChange(event.target.value)}
  />
)

/** A field of a form under its name, with a word on what belongs into it. */
export const Field = ({
  label,
  note,
  children,
}: {
  label: string
  note?: ReactNode
  children: ReactNode
}) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is what stands in it
  <label className="field">
    <span className="field-label">{label}</span>
    {children}
    {note !== undefined && <span className="field-note">{note}</span>}
  </label>
)

/** What somebody calls something they make. */
export const NameField = ({
  note,
  value,
  onChange,
}: {
  note?: string
  value: string
  onChange: (value: string) => void
}) => (
  <Field label="Name" note={note}>
    <input
      className="field-input"
      required
      maxLength={MAX_NAME_CHARS}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </Field>
)

/** One thing that is so or not. */
export const CheckField = ({
  checked,
  disabled = false,
  title,
  onChange,
  children,
}: {
  checked: boolean
  disabled?: boolean
  title?: string
  onChange: (checked: boolean) => void
  children: ReactNode
}) => (
  <label className="check-field" title={title}>
    <input
      type="checkbox"
      checked={checked}
      disabled={disabled}
      onChange={(event) => onChange(event.target.checked)}
    />
    <span>{children}</span>
  </label>
)
