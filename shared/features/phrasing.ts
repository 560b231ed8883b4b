import type { FeatureValue } from './feature.ts'

const NUMBERS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** "once", "twice", "4 times". */
export function times(count: number): string {
  if (count === 1) return 'once'
  return count === 2 ? 'twice' : `${amount(count)} times`
}

/** "1 page", "3 pages". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${amount(count)} ${count === 1 ? one : many}`
}

/** At most one digit after the point, thousands marked. */
export function amount(value: number): string {
  return NUMBERS.format(value)
}

/** A phrase of a number that may be unknown or none. */
export function ofNumber(
  some: (value: number) => string,
  none: string,
  unknown: string,
): (value: FeatureValue) => string {
  return (value) => {
    if (typeof value !== 'number') return unknown
    return value === 0 ? none : some(value)
  }
}

/** A phrase of a level, its underscores read as blanks. */
export function ofLevel(
  some: (level: string) => string,
  unknown: string,
): (value: FeatureValue) => string {
  return (value) => (typeof value === 'string' ? some(value.replaceAll('_', ' ')) : unknown)
}
