import type { Grade as GradeLetter } from '#shared/scoring/score.ts'
import './grade.css'

/** The grade's letter in its colour; a dash where there is no score yet. */
export const Grade = ({ grade, large }: { grade: GradeLetter | null; large?: boolean }) => (
  <span className={`grade grade-${grade ?? 'none'} ${large ? 'grade-large' : ''}`}>
    <span className="visually-hidden">{grade === null ? 'Not scored yet' : 'Grade '}</span>
    <span aria-hidden={grade === null}>{grade ?? '–'}</span>
  </span>
)
