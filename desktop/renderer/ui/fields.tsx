import { Search, X } from 'lucide-react'
import type { Ref } from 'react'
import './fields.css'

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
}: {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
}) => (
  <select
    className="select"
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
