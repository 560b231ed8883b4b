/** Somebody whom an identity provider knows. */
export interface ProvidedPerson {
  /** Their name at the sign-in, and the subject of their identity. */
  login: string
  name: string
  email: string
  emailVerified: boolean
  groups: string[]
}

/** The domain that `npm start` connects; `.example` is nobody's (RFC 2606). */
export const DEMO_DOMAIN = 'company.example'

export const IDENTITY_PROVIDER_HOST = '127.0.0.1'

export const DEMO_CLIENT = 'edgewise-demo'

export const DEMO_PEOPLE: readonly ProvidedPerson[] = [
  {
    login: 'ada',
    name: 'Ada Adams',
    email: `ada@${DEMO_DOMAIN}`,
    emailVerified: true,
    groups: ['it'],
  },
  {
    login: 'ben',
    name: 'Ben Berger',
    email: `ben@${DEMO_DOMAIN}`,
    emailVerified: true,
    groups: ['marketing'],
  },
]
