import { type EtsFit, type EtsShape, fitEts } from './ets-fit.ts'

const TRENDS = ['none', 'additive', 'damped'] as const
const LEAST_SEASONS = 2

/** Values a series must have for a season of its own in ETS. */
export const leastForSeason = (season: number): number => LEAST_SEASONS * season + 1

export const canHaveSeason = (values: number, season: number): boolean =>
  season > 1 && values >= leastForSeason(season)

/** Which seasons are worth trying: none on fewer than two of them, multiplicative on positive values only. */
function seasonShapes(values: readonly number[], season: number): EtsShape['season'][] {
  if (!canHaveSeason(values.length, season)) return ['none']
  return values.every((value) => value > 0)
    ? ['none', 'additive', 'multiplicative']
    : ['none', 'additive']
}

/** The shape with the lowest corrected Akaike criterion; the simpler one where they are equal. */
export function chooseEts(
  values: readonly number[],
  season: number,
  plain: readonly EtsFit[],
): EtsFit {
  const fits = [...plain]
  for (const shape of seasonShapes(values, season)) {
    if (shape === 'none') continue
    for (const trend of TRENDS) fits.push(fitEts(values, season, { trend, season: shape }))
  }
  const [first, ...others] = fits
  if (!first) throw new RangeError('No fit was given to choose from.')
  return others.reduce((best, fit) => (fit.aicc < best.aicc ? fit : best), first)
}
