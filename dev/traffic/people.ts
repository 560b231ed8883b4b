import { type Random, randomStream } from './random.ts'

/** A made-up company. The name says that it is demo data; the domain can belong to nobody. */
export interface DemoCompany {
  name: string
  domain: string
  industry: string
  employees: number
  country: string
}

export interface DemoPerson {
  firstName: string
  lastName: string
  title: string
  email: string
  userId: string
  /** Null for private visitors. */
  company: DemoCompany | null
  country: string
  /** Looks for a job, not for a product. */
  applicant: boolean
}

const WORDS = [
  'Alder',
  'Basalt',
  'Cedar',
  'Dune',
  'Ember',
  'Fjord',
  'Garnet',
  'Hazel',
  'Iris',
  'Juniper',
  'Kestrel',
  'Larch',
  'Maple',
  'Nimbus',
  'Onyx',
  'Pine',
  'Quartz',
  'Rowan',
  'Spruce',
  'Tern',
] as const

const SECTORS = [
  ['Logistics', 'Logistics'],
  ['Software', 'Software'],
  ['Finance', 'Finance'],
  ['Health', 'Healthcare'],
  ['Machines', 'Manufacturing'],
  ['Retail', 'Retail'],
  ['Academy', 'Education'],
  ['Energy', 'Energy'],
  ['Media', 'Media'],
] as const

const COUNTRIES = { US: 34, DE: 18, GB: 12, FR: 8, NL: 6, IN: 8, PL: 5, BR: 4, ES: 3, NG: 2 }

const FIRST_NAMES = [
  'Kim',
  'Alex',
  'Noor',
  'Sam',
  'Robin',
  'Jules',
  'Mika',
  'Toni',
  'Sasha',
  'Ari',
  'Luca',
  'Charlie',
] as const
const LAST_NAMES = [
  'Berg',
  'Stone',
  'Rivera',
  'Okafor',
  'Lind',
  'Moreau',
  'Kaya',
  'Novak',
  'Iyer',
  'Tanaka',
] as const

const TITLES = {
  executive: ['CEO', 'CTO', 'VP Sales', 'VP Marketing', 'Founder'],
  director: ['Director of Operations', 'Head of Marketing', 'Head of Revenue'],
  manager: ['Marketing Manager', 'Product Manager', 'Team Lead Growth'],
  specialist: ['Marketing Specialist', 'Software Engineer', 'Data Analyst', 'Buyer'],
  student: ['Student', 'Marketing Intern'],
} as const

/** `count` companies, the same ones for the same seed; the first n of a longer list are those of a shorter one. */
export function demoCompanies(seed: number, count: number): DemoCompany[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomStream(seed, `company/${index}`)
    const [sector, industry] = SECTORS[(index * 5) % SECTORS.length] ?? SECTORS[0]
    const word = WORDS[index % WORDS.length] ?? WORDS[0]
    const round = Math.floor(index / WORDS.length)
    const name = `Demo ${word} ${sector}${round ? ` ${round + 1}` : ''}`
    return {
      name,
      domain: `${name.toLowerCase().replaceAll(' ', '-')}.example`,
      industry,
      employees: Math.round(Math.min(20_000, Math.max(3, Math.exp(5 + 1.4 * random.normal())))),
      country: random.weighted(COUNTRIES),
    }
  })
}

/** A person: two of three work at one of the companies, the others come privately. */
export function demoPerson(random: Random, index: number, companies: DemoCompany[]): DemoPerson {
  const company =
    random.chance(0.67) && companies.length > 0
      ? (companies[random.integer(0, companies.length - 1)] ?? null)
      : null
  const level = random.weighted(
    company
      ? { executive: 12, director: 18, manager: 30, specialist: 38, student: 2 }
      : { executive: 3, director: 3, manager: 12, specialist: 52, student: 30 },
  )
  const titles = TITLES[level]
  const firstName = random.pick(FIRST_NAMES)
  const family = random.pick(LAST_NAMES)
  const local = `${firstName}.${family}.${index}`.toLowerCase()
  return {
    firstName,
    lastName: `${family} (demo)`,
    title: titles[random.integer(0, titles.length - 1)] ?? titles[0],
    email: `${local}@${company?.domain ?? 'freemail.example'}`,
    userId: `demo-user-${index}`,
    company,
    country: company && random.chance(0.85) ? company.country : random.weighted(COUNTRIES),
    applicant: random.chance(company ? 0.05 : 0.18),
  }
}
