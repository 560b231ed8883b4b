const BAR_PX = 3
const GAP_PX = 1
const HEIGHT_PX = 30

/** Events per minute of the last hour. */
export const MinuteBars = ({ counts }: { counts: readonly number[] }) => {
  const most = Math.max(1, ...counts)
  const width = counts.length * (BAR_PX + GAP_PX)
  return (
    <svg
      className="minute-bars"
      // Cut, not shrunk, and on the left: the newest minutes stay.
      preserveAspectRatio="xMaxYMax slice"
      viewBox={`0 0 ${width} ${HEIGHT_PX}`}
      width={width}
      height={HEIGHT_PX}
      role="img"
      aria-label={`Events per minute in the last hour, at most ${Math.max(0, ...counts)}`}
    >
      {counts.map((count, minute) => {
        const height = count === 0 ? 1 : Math.max(2, (count / most) * HEIGHT_PX)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a minute is its place
            key={minute}
            className={minute >= counts.length - 15 ? 'minute-bar-now' : 'minute-bar'}
            x={minute * (BAR_PX + GAP_PX)}
            y={HEIGHT_PX - height}
            width={BAR_PX}
            height={height}
            rx={1}
          />
        )
      })}
    </svg>
  )
}
