import { ArrowDown, ArrowUp, X } from 'lucide-react'
import type { MouseEvent } from 'react'
import type { RoleMapping } from '#rpc/sso.ts'
import { Button } from '../../ui/Button.tsx'
import { Select } from '../../ui/fields.tsx'

const MAX_VALUE_CHARS = 200

/** One group and the role that it gives. */
export const MappingLine = ({
  line,
  isFirst,
  isLast,
  options,
  onChange,
  onMove,
  onRemove,
}: {
  line: RoleMapping
  isFirst: boolean
  isLast: boolean
  options: readonly { value: string; label: string }[]
  onChange: (part: Partial<RoleMapping>) => void
  onMove: (by: -1 | 1) => void
  onRemove: () => void
}) => {
  const named = line.value.trim() === '' ? 'the new group' : line.value
  const move = (event: MouseEvent<HTMLButtonElement>, by: -1 | 1): void => {
    const button = event.currentTarget
    onMove(by)
    // A line that moves in the page loses the focus; whoever moves it by keyboard wants to go on.
    requestAnimationFrame(() => button.focus())
  }
  return (
    <li>
      <input
        className="field-input code"
        aria-label="Value of the claim"
        placeholder="Group"
        spellCheck={false}
        autoComplete="off"
        maxLength={MAX_VALUE_CHARS}
        value={line.value}
        onChange={(event) => onChange({ value: event.target.value })}
      />
      <Select
        label={`Role for ${named}`}
        value={line.role}
        options={options}
        onChange={(role) => onChange({ role })}
      />
      <span className="sso-map-steps">
        <Button
          kind="quiet"
          square
          aria-label={`Move ${named} up`}
          aria-disabled={isFirst}
          onClick={(event) => move(event, -1)}
        >
          <ArrowUp size={15} />
        </Button>
        <Button
          kind="quiet"
          square
          aria-label={`Move ${named} down`}
          aria-disabled={isLast}
          onClick={(event) => move(event, 1)}
        >
          <ArrowDown size={15} />
        </Button>
        <Button kind="quiet" square aria-label={`Remove ${named}`} onClick={onRemove}>
          <X size={15} />
        </Button>
      </span>
    </li>
  )
}
