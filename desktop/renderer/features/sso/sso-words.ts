import type { RoleView } from '#rpc/people.ts'
import type { ProviderAnswer, RoleRules, SsoConnection, SsoDomain } from '#rpc/sso.ts'
import { roleName } from '../../app/givable-roles.ts'
import type { BadgeTone } from '../../ui/Badge.tsx'

const MOST_NAMED = 4

export type StateWords = { label: string; tone: BadgeTone; means: string }

/** How a domain stands. One that is required but not proven closes nothing. */
export const domainState = ({ required, verifiedAt }: SsoDomain): StateWords => {
  if (verifiedAt === null) {
    return {
      label: 'Not proven',
      tone: 'warning',
      means: required
        ? 'It leads nobody here until it is proven; from then on it is required.'
        : 'It leads nobody here until it is proven.',
    }
  }
  return required
    ? { label: 'Required', tone: 'accent', means: 'Its people come in this way and no other.' }
    : { label: 'Proven', tone: 'good', means: 'Its people may come in this way.' }
}

/** Whether anybody comes in through a connection, and what is missing for it. */
export const connectionState = ({ disabled, domains }: SsoConnection): StateWords => {
  const proven = domains.filter(({ verifiedAt }) => verifiedAt !== null)
  if (disabled) return { label: 'Off', tone: 'neutral', means: 'Nobody comes in this way.' }
  if (proven.length > 0) {
    const names = listed(proven.map(({ domain }) => domain))
    return { label: 'On', tone: 'good', means: `People of ${names} come in this way.` }
  }
  return {
    label: 'Waits for a domain',
    tone: 'warning',
    means:
      domains.length === 0
        ? 'Nobody comes in this way yet: add a domain, and prove it.'
        : 'Nobody comes in this way yet: prove a domain.',
  }
}

/** How a connection gives roles, in one line. */
export const rulesWords = (
  { roleClaim, roleMap, defaultRole }: RoleRules,
  roles: readonly RoleView[],
): string => {
  const name = (role: string) => roleName(roles, role)
  if (roleClaim === null) {
    return defaultRole === null
      ? 'Takes in nobody new. Members keep the role that an admin gave them.'
      : `Who is new becomes ${name(defaultRole)}. Members keep the role that an admin gave them.`
  }
  const given = roleMap.map(({ value, role }) => `${value} → ${name(role)}`)
  const others = defaultRole === null ? 'others are refused' : `others become ${name(defaultRole)}`
  const all = given.length === 0 ? others : `${listed(given)}; ${others}`
  return `By ${roleClaim}, at each sign-in: ${all}.`
}

const listed = (names: readonly string[]): string => {
  const named = names.slice(0, MOST_NAMED).join(', ')
  const more = names.length - MOST_NAMED
  return more > 0 ? `${named} and ${more} more` : named
}

/** What the edge calls the ways in which an address does not answer. */
const NO_ANSWER: Record<string, string> = {
  name_unknown: 'There is no such name.',
  name_not_resolved: 'Its name could not be looked up.',
  redirected: 'It sends on to another address, which is not followed.',
  too_large: 'What it says is too long.',
  timeout: 'It did not answer in time.',
  unreachable: 'It takes no connection.',
}

export type TestWords = { isGood: boolean; message: string; next: string }

/** What a test of the provider found. */
export const testWords = (answer: ProviderAnswer): TestWords => {
  switch (answer.kind) {
    case 'works':
      return {
        isGood: true,
        message: `The provider answers; people sign in at ${answer.authorizationEndpoint}.`,
        next: 'Whether it takes the client and its secret shows at the first sign-in.',
      }
    case 'unreachable':
      return {
        isGood: false,
        message: `The provider does not answer. ${NO_ANSWER[answer.reason] ?? answer.reason}`,
        next: 'Should the issuer be wrong, delete the connection and connect the right one.',
      }
    case 'unfit':
      return {
        isGood: false,
        message: `What answers there is not the provider of this issuer. ${answer.reason}`,
        next: 'Compare the issuer letter by letter with what the provider writes: often it is a slash at the end. If it is wrong, delete the connection and connect the right one.',
      }
  }
}

/** Where people of a connection begin, to be linked from a company's own pages. */
export const startOf = ({ redirectUri }: SsoConnection): string =>
  `${new URL(redirectUri).origin}/sso`
