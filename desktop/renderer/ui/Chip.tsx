import type { ReactNode } from 'react'
import './chip.css'

/** A state that lasts, with a dot in its tone; spoken again when its words change. */
export const Chip = ({
  tone,
  children,
}: {
  tone: 'good' | 'busy' | 'warning' | 'bad'
  children: ReactNode
}) => (
  <span className={`chip chip-${tone}`}>
    <span className="chip-dot" aria-hidden="true" />
    {children}
  </span>
)
