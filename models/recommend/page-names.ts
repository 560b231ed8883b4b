/** What sites put between a page's name and their own. */
const SEPARATORS = [' · ', ' | ', ' – ', ' — ', ' - ', ' • '] as const
const LEAST_TITLES = 3
/** Pages of one site; a few may lack its name. */
const LEAST_SHARE = 0.6

/**
 * Titles without the name of the site, where most end with it: "Pricing · Ferrolane" is called Pricing.
 *
 * @param titles by path
 */
export function pageNames(titles: ReadonlyMap<string, string>): Map<string, string> {
  const endings = new Map<string, number>()
  for (const title of titles.values()) {
    const ending = endingOf(title)
    if (ending !== null) endings.set(ending, (endings.get(ending) ?? 0) + 1)
  }
  const least = Math.max(LEAST_TITLES, LEAST_SHARE * titles.size)
  return new Map(
    [...titles].map(([path, title]) => {
      const ending = endingOf(title)
      const isSite = ending !== null && (endings.get(ending) ?? 0) >= least
      return [path, isSite ? title.slice(0, -ending.length).trim() : title]
    }),
  )
}

/** From the last separator on; null without one, or with nothing before it. */
function endingOf(title: string): string | null {
  const at = Math.max(...SEPARATORS.map((separator) => title.lastIndexOf(separator)))
  return at > 0 && title.slice(0, at).trim() !== '' ? title.slice(at) : null
}
