import type { ReactNode } from 'react'
import './fact.css'

/** One line of a list of facts; stands in a `<dl className="facts">`. */
export const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="fact">
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)
