import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import './empty-state.css'

/** Why there is nothing here, in one sentence, and at most one thing to do about it. */
export const EmptyState = ({
  icon: Icon,
  title,
  text,
  action,
}: {
  icon: LucideIcon
  title: string
  text: string
  action?: ReactNode
}) => (
  <div className="empty-state">
    <span className="empty-state-icon" aria-hidden="true">
      <Icon size={22} strokeWidth={1.75} />
    </span>
    <h3 className="empty-state-title">{title}</h3>
    <p className="empty-state-text">{text}</p>
    {action}
  </div>
)
