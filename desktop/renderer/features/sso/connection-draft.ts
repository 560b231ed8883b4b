import type { NewSsoConnection } from '#rpc/sso.ts'
import { readDomains } from './domain-names.ts'
import { PROVIDERS, type ProviderName, readIssuer } from './providers.ts'
import { newDraft, type RulesDraft, readRules } from './role-rules.ts'

/** A connection while somebody enters it. */
export type ConnectionDraft = {
  provider: ProviderName
  name: string
  issuer: string
  clientId: string
  secret: string
  domains: string
  rules: RulesDraft
}

const FIRST: ProviderName = 'okta'

/** @param givable ids of roles that the person can give */
export const emptyConnection = (givable: readonly string[]): ConnectionDraft => ({
  provider: FIRST,
  name: '',
  issuer: PROVIDERS[FIRST].issuer,
  clientId: '',
  secret: '',
  domains: '',
  rules: newDraft(PROVIDERS[FIRST].claim, givable),
})

/** Another provider: what somebody typed stays, what came with the one before goes with it. */
export const withProvider = (draft: ConnectionDraft, provider: ProviderName): ConnectionDraft => {
  const { issuer, rules } = draft
  const [before, after] = [PROVIDERS[draft.provider], PROVIDERS[provider]]
  const isOwnClaim = rules.claim.trim() !== (before.claim ?? '')
  return {
    ...draft,
    provider,
    issuer: issuer.trim() === before.issuer ? after.issuer : issuer,
    rules: isOwnClaim
      ? rules
      : { ...rules, by: after.claim === null ? 'admins' : 'claim', claim: after.claim ?? '' },
  }
}

/** @returns null as long as something is missing or wrong */
export const connectionOf = (
  { name, issuer, clientId, secret, domains, rules }: ConnectionDraft,
  givable: readonly string[],
): NewSsoConnection | null => {
  const readings = [readIssuer(issuer), readDomains(domains), readRules(rules, givable)] as const
  const [address, names, given] = readings
  if (address.kind !== 'issuer' || names.kind !== 'domains' || given.kind !== 'rules') return null
  if (name.trim() === '' || clientId.trim() === '') return null
  return {
    name: name.trim(),
    issuer: address.issuer,
    clientId: clientId.trim(),
    clientSecret: secret.trim() === '' ? null : secret.trim(),
    domains: names.domains,
    ...given.rules,
  }
}
