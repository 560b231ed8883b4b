import type { ReactNode } from 'react'
import './badge.css'

export type BadgeTone = 'good' | 'warning' | 'bad' | 'info' | 'neutral' | 'accent'

/** A word about a state, small enough for a table cell. */
export const Badge = ({
  tone,
  children,
  title,
}: {
  tone: BadgeTone
  children: ReactNode
  title?: string
}) => (
  <span className={`badge badge-${tone}`} title={title}>
    {children}
  </span>
)
