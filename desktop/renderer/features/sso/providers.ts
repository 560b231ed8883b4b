/** What has to be known of a provider to connect it. */
export type ProviderHint = {
  label: string
  /** How its issuer looks. */
  example: string
  /** What stands in the field to begin with. */
  issuer: string
  aboutIssuer: string
  /** What has to be set there besides the client; null where there is nothing to mind. */
  aboutThere: string | null
  /** The claim that usually names groups; null where the provider says none. */
  claim: string | null
  aboutGroups: string
}

export const PROVIDER_NAMES = ['okta', 'entra', 'google', 'other'] as const
export type ProviderName = (typeof PROVIDER_NAMES)[number]

export const PROVIDERS: Record<ProviderName, ProviderHint> = {
  okta: {
    label: 'Okta',
    example: 'https://company.okta.com',
    issuer: '',
    aboutIssuer:
      'https://company.okta.com, or of an authorization server https://company.okta.com/oauth2/<id>.',
    aboutThere: null,
    claim: 'groups',
    aboutGroups: 'Add a groups claim to the app or the authorization server, and name it here.',
  },
  entra: {
    label: 'Microsoft Entra ID',
    example: 'https://login.microsoftonline.com/<tenant id>/v2.0',
    issuer: '',
    aboutIssuer:
      'https://login.microsoftonline.com/<tenant id>/v2.0, with the id of your tenant: not common or organizations.',
    aboutThere:
      'Add the optional claims email and xms_edov to its ID tokens. Without them no address counts as proven, and nobody gets in.',
    claim: 'roles',
    aboutGroups: 'App roles come in the claim roles; groups come in groups, as ids.',
  },
  google: {
    label: 'Google Workspace',
    example: 'https://accounts.google.com',
    issuer: 'https://accounts.google.com',
    aboutIssuer: 'The same for everybody.',
    aboutThere: 'Only accounts of your company get in, no private ones with its addresses.',
    claim: null,
    aboutGroups: 'Google says no groups: leave roles to admins.',
  },
  other: {
    label: 'Another, by OpenID Connect',
    example: 'https://login.company.example',
    issuer: '',
    aboutIssuer: 'As the provider writes it in /.well-known/openid-configuration.',
    aboutThere: 'It has to sign its ID tokens with RS256, ES256 or EdDSA.',
    claim: 'groups',
    aboutGroups: 'The claim that has one text or a list of them.',
  },
}

const WELL_KNOWN = /\/\.well-known\/openid-configuration\/?$/
const ANY_TENANT = /^\/(common|organizations|consumers)(\/|$)/

export type ReadIssuer =
  | { kind: 'empty' }
  | { kind: 'issuer'; issuer: string }
  | { kind: 'invalid'; message: string }

/**
 * An issuer as it was typed or pasted. Nothing is made prettier, since it is compared letter by letter; only the
 * address of the metadata, which people copy, becomes what stands before it. The edge judges it in full.
 */
export const readIssuer = (text: string): ReadIssuer => {
  const issuer = text.trim().replace(WELL_KNOWN, '')
  if (issuer === '') return { kind: 'empty' }
  const url = URL.parse(issuer)
  if (url === null || !/^https?:\/\//i.test(issuer)) {
    return { kind: 'invalid', message: 'This is no address such as https://login.company.example.' }
  }
  if (/[<>]/.test(issuer)) {
    return { kind: 'invalid', message: 'Put your own id in place of what stands in < and >.' }
  }
  if (url.search !== '' || url.hash !== '') {
    return { kind: 'invalid', message: 'An issuer has nothing behind a ? or #.' }
  }
  if (url.hostname === 'login.microsoftonline.com' && ANY_TENANT.test(url.pathname)) {
    return {
      kind: 'invalid',
      message: 'This is for accounts of all companies. Put the id of your tenant in its place.',
    }
  }
  return { kind: 'issuer', issuer }
}
