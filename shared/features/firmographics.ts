import type { TraitValue } from '#shared/profile/traits.ts'
import { amount } from './phrasing.ts'

/** Reads one trait of a visitor by its (flattened) key; undefined where it is not known. */
export type TraitReader = (key: string) => TraitValue | undefined

export const INDUSTRIES = [
  'software',
  'finance',
  'healthcare',
  'manufacturing',
  'logistics',
  'retail',
  'education',
  'energy',
  'media',
  'public',
  'other',
] as const
export type Industry = (typeof INDUSTRIES)[number]

export const SENIORITIES = ['executive', 'director', 'manager', 'specialist', 'student'] as const
export type Seniority = (typeof SENIORITIES)[number]

export const COUNTRY_TIERS = ['core', 'growth', 'other'] as const
export type CountryTier = (typeof COUNTRY_TIERS)[number]

/** Webmail providers: an address there says nothing about the employer. */
const FREE_MAIL_DOMAINS = new Set([
  'gmail.com',
  'googlemail.com',
  'yahoo.com',
  'yahoo.co.uk',
  'ymail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'gmx.de',
  'gmx.net',
  'gmx.com',
  'web.de',
  't-online.de',
  'mail.com',
  'mail.ru',
  'yandex.ru',
  'yandex.com',
  'proton.me',
  'protonmail.com',
  'tutanota.com',
  'fastmail.com',
  'zoho.com',
  'qq.com',
  '163.com',
  '126.com',
  'naver.com',
  'orange.fr',
  'free.fr',
  'wanadoo.fr',
  'laposte.net',
  'libero.it',
  'seznam.cz',
  'wp.pl',
  'o2.pl',
  'freemail.example',
])

/** Whether an e-mail address is at a webmail provider or at a company; null if it is no address. */
export function emailKind(email: string): 'free' | 'company' | null {
  const at = email.lastIndexOf('@')
  const domain = email
    .slice(at + 1)
    .trim()
    .toLowerCase()
  if (at < 1 || !domain.includes('.')) return null
  return FREE_MAIL_DOMAINS.has(domain) ? 'free' : 'company'
}

const EMPLOYEE_KEYS = [
  'company.employees',
  'company.employee_count',
  'company.size',
  'employees',
  'employee_count',
  'company_size',
]

/**
 * Head count of the employer for a model: a number, or the middle of a range such as "51-200" (the
 * geometric one, since sizes spread over orders of magnitude), or the lower end of an open one such as
 * "1,000+".
 */
export function employeesOf(trait: TraitReader): number | null {
  const said = headCountOf(trait)
  if (said === null) return null
  return said.high === null ? said.low : Math.round(Math.sqrt(said.low * said.high))
}

/**
 * The head count for people, where it was a range: "1,000–4,999", "5,000+". The middle that the model
 * takes is a number nobody said.
 */
export function employeeRangeOf(trait: TraitReader): string | null {
  const said = headCountOf(trait)
  if (said === null) return null
  if (said.high !== null && said.high !== said.low) {
    const [low, high] = [said.low, said.high].sort((a, b) => a - b)
    return `${amount(low ?? 0)}–${amount(high ?? 0)}`
  }
  return said.open ? `${amount(said.low)}+` : null
}

/** What was said first of all that could be read: an end or two, and whether it went on from there. */
function headCountOf(
  trait: TraitReader,
): { low: number; high: number | null; open: boolean } | null {
  for (const key of EMPLOYEE_KEYS) {
    const value = trait(key)
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) {
      return { low: value, high: null, open: false }
    }
    if (typeof value !== 'string') continue
    const [low, high] = (value.match(/\d[\d,. ]*/g) ?? []).map((digits) =>
      Number(digits.replace(/[,. ]/g, '')),
    )
    if (low !== undefined) return { low, high: high ?? null, open: /\d\s*\+/.test(value) }
  }
  return null
}

const INDUSTRY_WORDS: readonly (readonly [Industry, RegExp])[] = [
  ['software', /software|saas|internet|technology|computer|\bit\b/],
  ['finance', /financ|bank|insur|fintech/],
  ['healthcare', /health|medical|pharma|hospital|biotech/],
  ['manufacturing', /manufactur|machin|automotive|industrial|chemical/],
  ['logistics', /logistic|transport|freight|supply chain|shipping/],
  ['retail', /retail|commerce|consumer goods|fashion/],
  ['education', /educat|universit|school/],
  ['energy', /energy|utilit|oil|solar/],
  ['media', /media|publish|entertainment|advertis|marketing/],
  ['public', /government|public|non-?profit/],
]

/** The employer's industry as one of `INDUSTRIES`; null where nobody said. */
export function industryOf(trait: TraitReader): Industry | null {
  const value = trait('company.industry') ?? trait('industry')
  if (typeof value !== 'string' || !value.trim()) return null
  const text = value.toLowerCase()
  return INDUSTRY_WORDS.find(([, words]) => words.test(text))?.[0] ?? 'other'
}

const SENIORITY_WORDS: readonly (readonly [Seniority, RegExp])[] = [
  ['student', /\b(student|intern|trainee|apprentice)\b/],
  ['executive', /\b(c[eftmiop]o|cmo|cro|ciso|chief|founder|owner|president|partner|vp|vice)\b/],
  ['director', /\b(director|head)\b/],
  ['manager', /\b(manager|lead|supervisor|principal)\b/],
]

/** Seniority by the words of a job title; a title without such a word is a specialist's. */
export function seniorityOf(trait: TraitReader): Seniority | null {
  const value = trait('title') ?? trait('job_title') ?? trait('position')
  if (typeof value !== 'string' || !value.trim()) return null
  const text = value.toLowerCase()
  return SENIORITY_WORDS.find(([, words]) => words.test(text))?.[0] ?? 'specialist'
}

const CORE_COUNTRIES = new Set(['US', 'CA', 'GB', 'DE', 'FR', 'NL', 'AU', 'CH', 'AT', 'SE', 'IE'])
const GROWTH_COUNTRIES = new Set(
  'BE DK NO FI ES IT PT PL CZ JP SG NZ IL KR AE IN BR MX ZA EE LT LV'.split(' '),
)

/** The country a visitor gave, as alpha-2 code; null where nobody said or it is no such code. */
export function statedCountry(trait: TraitReader): string | null {
  const value = trait('address.country') ?? trait('country') ?? trait('company.country')
  return typeof value === 'string' && /^[a-z]{2}$/i.test(value) ? value : null
}

/** Market tier of an ISO 3166 alpha-2 country. */
export function countryTier(country: string): CountryTier {
  const code = country.toUpperCase()
  if (CORE_COUNTRIES.has(code)) return 'core'
  return GROWTH_COUNTRIES.has(code) ? 'growth' : 'other'
}
