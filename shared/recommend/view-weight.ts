const DAY_MS = 86_400_000

/**
 * How much a page that somebody viewed says of their taste: the logarithm keeps one page that is opened every
 * morning from being all that is known, and what is old fades. Training and serving must agree on it.
 *
 * @param views times, from 1
 * @param ageMs since the last view; the future counts as now
 * @returns above 0; 1 for one view just now
 */
export function viewWeight(views: number, ageMs: number, halfLifeDays: number): number {
  return (1 + Math.log(views)) * 2 ** (-Math.max(0, ageMs) / (halfLifeDays * DAY_MS))
}
