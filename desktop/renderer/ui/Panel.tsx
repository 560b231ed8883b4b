import type { ReactNode } from 'react'
import './panel.css'

/** A framed part of the page with a title, tools beside it, and a body that fills the rest. */
export const Panel = ({
  id,
  title,
  note,
  tools,
  children,
}: {
  id: string
  title: string
  note?: ReactNode
  tools?: ReactNode
  children: ReactNode
}) => (
  <section className="panel" aria-labelledby={`${id}-title`}>
    <header className="panel-header">
      <h2 className="panel-title" id={`${id}-title`}>
        {title}
      </h2>
      {note !== undefined && <span className="panel-note">{note}</span>}
      <div className="panel-tools">{tools}</div>
    </header>
    <div className="panel-body">{children}</div>
  </section>
)
