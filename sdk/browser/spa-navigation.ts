/** Frameworks set the new title after they have changed the address. */
const TITLE_MS = 50

/**
 * Calls back after a single-page app has changed the address, with the address that was left. Quick
 * successions count once, for the page that stays.
 */
export function watchNavigation(onNavigated: (leftUrl: string) => void): void {
  let shown = location.href
  let timer: ReturnType<typeof setTimeout> | undefined
  const changed = () => {
    clearTimeout(timer)
    timer = setTimeout(report, TITLE_MS)
  }
  const report = () => {
    timer = undefined
    if (location.href === shown) return
    const left = shown
    shown = location.href
    onNavigated(left)
  }
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    history[method] = function (...args) {
      original.apply(this, args)
      changed()
    }
  }
  addEventListener('popstate', changed)
  // A page that is left at once still counts; this listener comes before the sender's.
  addEventListener('pagehide', () => timer && report(), true)
}
