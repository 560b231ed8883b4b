import { employeeRangeOf } from '#shared/features/firmographics.ts'
import { TraitValue } from '#shared/profile/traits.ts'

export type KnownTrait = { key: string; label: string; value: string }

/** Traits that the drawer shows elsewhere. */
const NAMED_TRAITS = new Set(['name', 'email', 'company', 'company.name', 'firstName', 'lastName'])

/** Traits that clients of the Segment family and our own forms send, as a person calls them. */
const LABELS: Record<string, string> = {
  title: 'Job title',
  job_title: 'Job title',
  jobTitle: 'Job title',
  position: 'Job title',
  employees: 'Company size',
  employee_count: 'Company size',
  company_size: 'Company size',
  'company.employees': 'Company size',
  'company.employee_count': 'Company size',
  'company.size': 'Company size',
  industry: 'Industry',
  'company.industry': 'Industry',
  'company.domain': 'Company domain',
  'company.plan': 'Plan',
  plan: 'Plan',
  phone: 'Phone',
  website: 'Website',
  username: 'User name',
  city: 'City',
  country: 'Stated country',
  'address.city': 'City',
  'address.country': 'Stated country',
}

const MAX_VALUE_CHARS = 200

/** What was said of a lead beside name and address: well-known traits by their name, others as sent. */
export const knownTraits = (traits: Readonly<Record<string, unknown>>): KnownTrait[] =>
  Object.entries(traits)
    .flatMap(([key, value]) => flattened(key, value))
    .flatMap(([key, value]): KnownTrait[] => {
      const said = TraitValue.safeParse(value).data ?? null
      if (NAMED_TRAITS.has(key) || said === null || said === '') return []
      const label = Object.hasOwn(LABELS, key) ? (LABELS[key] ?? key) : key
      const words = label === 'Company size' ? sizeWords(said) : String(said)
      return words.length > MAX_VALUE_CHARS ? [] : [{ key, label, value: words }]
    })

/** Objects by one level, as features read them: `company.industry`. */
const flattened = (key: string, value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([inner, part]) => [`${key}.${inner}`, part])
    : [[key, value]]

const sizeWords = (said: string | number | boolean): string => {
  if (typeof said === 'number') return said.toLocaleString('en')
  return employeeRangeOf(() => said) ?? String(said)
}
