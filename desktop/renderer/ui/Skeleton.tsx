import './skeleton.css'

/** Rows that are on their way; said once to a screen reader. */
export const SkeletonRows = ({ rows, height }: { rows: number; height: number }) => (
  <div className="skeleton-rows" role="status">
    <span className="visually-hidden">Loading…</span>
    {Array.from({ length: rows }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
      <div key={index} className="skeleton-row" style={{ height }} aria-hidden="true">
        <span className="skeleton skeleton-dot" />
        <span className="skeleton" style={{ width: `${38 + ((index * 17) % 30)}%` }} />
        <span className="skeleton skeleton-end" />
      </div>
    ))}
  </div>
)

/** One line that is on its way. */
export const Skeleton = ({ width }: { width: string }) => (
  <span className="skeleton" style={{ width }} aria-hidden="true" />
)
