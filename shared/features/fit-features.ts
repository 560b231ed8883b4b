import { DEVICE_KINDS } from '#shared/profile/device.ts'
import { type Profile, traitOf } from '#shared/profile/profile.ts'
import type { FeatureDefinition } from './feature.ts'
import {
  COUNTRY_TIERS,
  countryTier,
  emailKind,
  employeeRangeOf,
  employeesOf,
  INDUSTRIES,
  industryOf,
  SENIORITIES,
  seniorityOf,
  statedCountry,
  type TraitReader,
} from './firmographics.ts'
import { ofLevel, ofNumber, plural } from './phrasing.ts'

function traitsOf(profile: Profile): TraitReader {
  return (key) => traitOf(profile, key)
}

const companyOf = ofNumber(
  (n) => `company of ${plural(n, 'person', 'people')}`,
  'company without employees',
  'company size unknown',
)

/** Who a visitor is, as far as they or their company said. */
export const FIT_FEATURES: readonly FeatureDefinition[] = [
  {
    name: 'has_company_email',
    type: 'boolean',
    unit: 'yes/no',
    side: 'fit',
    description: 'Whether the e-mail address is at a company; unknown before there is one.',
    phrase: (value) => {
      if (value === null) return 'gave no e-mail address'
      return value ? 'has a company e-mail address' : 'has a private e-mail address'
    },
    compute: (profile) => {
      const email = traitOf(profile, 'email')
      const kind = typeof email === 'string' ? emailKind(email) : null
      return kind === null ? null : kind === 'company'
    },
  },
  {
    name: 'employees',
    type: 'number',
    unit: 'people',
    side: 'fit',
    description: 'Head count of the company.',
    phrase: (value, stated) =>
      stated === undefined ? companyOf(value) : `company of ${stated} people`,
    compute: (profile) => employeesOf(traitsOf(profile)),
    stated: (profile) => employeeRangeOf(traitsOf(profile)),
  },
  {
    name: 'industry',
    type: 'category',
    unit: 'level',
    side: 'fit',
    levels: INDUSTRIES,
    description: 'Industry of the company.',
    phrase: ofLevel((level) => `works in the ${level} industry`, 'industry unknown'),
    compute: (profile) => industryOf(traitsOf(profile)),
  },
  {
    name: 'job_seniority',
    type: 'category',
    unit: 'level',
    side: 'fit',
    levels: SENIORITIES,
    description: 'Seniority by the job title.',
    phrase: ofLevel((level) => `job level: ${level}`, 'job title unknown'),
    compute: (profile) => seniorityOf(traitsOf(profile)),
  },
  {
    name: 'country_tier',
    type: 'category',
    unit: 'level',
    side: 'fit',
    levels: COUNTRY_TIERS,
    description: 'Market tier of the country, by the network or else by what the visitor said.',
    phrase: ofLevel((level) => `is in a ${level} market`, 'country unknown'),
    compute: (profile) => {
      const country = profile.country?.value ?? statedCountry(traitsOf(profile))
      return country ? countryTier(country) : null
    },
  },
  {
    name: 'device_kind',
    type: 'category',
    unit: 'level',
    side: 'fit',
    levels: DEVICE_KINDS,
    description: 'Kind of the device last used.',
    phrase: ofLevel((level) => `uses a ${level} device`, 'device unknown'),
    compute: (profile) => profile.device?.value.kind ?? null,
  },
]
