const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const exactClock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0)

/** How long ago, as short as a table wants it: `just now`, `40 s ago`, `5 min ago`, `3 d ago`. */
export const ago = (at: number, now: number): string => {
  const passed = now - at
  if (passed < 10 * SECOND_MS) return 'just now'
  // In steps of ten: a figure that changes every second draws the eye for nothing.
  if (passed < MINUTE_MS) return `${Math.floor(passed / SECOND_MS / 10) * 10} s ago`
  if (passed < HOUR_MS) return `${Math.floor(passed / MINUTE_MS)} min ago`
  if (passed < DAY_MS) return `${Math.floor(passed / HOUR_MS)} h ago`
  if (passed < 30 * DAY_MS) return `${Math.floor(passed / DAY_MS)} d ago`
  return dayAndMonth.format(at)
}

/** How long: `12 s`, `3 min`, `2 h`. */
export const span = (ms: number): string => {
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  return `${Math.floor(ms / HOUR_MS)} h`
}

/** The time of day; with the day where that is not today. */
export const clockTime = (at: number, now: number): string =>
  startOfDay(at) === startOfDay(now)
    ? clock.format(at)
    : `${dayAndMonth.format(at)}, ${clock.format(at)}`

export const exactTime = (at: number): string => exactClock.format(at)

/** Everything, for a tooltip. */
export const wholeTime = (at: number): string => whole.format(at)

/** `Today`, `Yesterday`, or the date. */
export const dayName = (at: number, now: number): string => {
  const day = startOfDay(at)
  if (day === startOfDay(now)) return 'Today'
  // From the noon before: a day can be 23 or 25 hours long.
  if (day === startOfDay(startOfDay(now) - DAY_MS / 2)) return 'Yesterday'
  return dayAndMonth.format(at)
}
