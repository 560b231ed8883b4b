import type { RoleView } from '#rpc/people.ts'
import type { RoleMapping, RoleRules } from '#rpc/sso.ts'
import { type Me, mayGive } from '../../app/givable-roles.ts'

/** A line of the map while it is edited; the key stays with it wherever it is moved. */
type MappingDraft = RoleMapping & { key: number }

/** How a connection gives roles, while somebody edits it. */
export type RulesDraft = {
  /** `claim`: by the provider's word at each sign-in; `admins`: as admins gave them. */
  by: 'claim' | 'admins'
  claim: string
  map: MappingDraft[]
  /** For everybody else, or for everybody who is new; null to refuse them. */
  others: string | null
}

export const draftOf = ({ roleClaim, roleMap, defaultRole }: RoleRules): RulesDraft => ({
  by: roleClaim === null ? 'admins' : 'claim',
  claim: roleClaim ?? '',
  map: roleMap.map((mapping, key) => ({ ...mapping, key })),
  others: defaultRole,
})

/** What most people of a company may be given without a second look. */
const USUAL_ROLE = 'marketer'

export const usualRole = (givable: readonly string[]): string =>
  givable.find((id) => id === USUAL_ROLE) ?? givable[0] ?? ''

/** What a new connection begins with: one line to be filled in. */
export const newDraft = (claim: string | null, givable: readonly string[]): RulesDraft => ({
  by: claim === null ? 'admins' : 'claim',
  claim: claim ?? '',
  map: withLine([], usualRole(givable)),
  others: null,
})

export const withLine = (map: readonly MappingDraft[], role: string): MappingDraft[] => [
  ...map,
  { key: Math.max(-1, ...map.map(({ key }) => key)) + 1, value: '', role },
]

/** @param by -1 for one place up, 1 for one down; at the ends nothing moves */
export const moved = (map: readonly MappingDraft[], key: number, by: -1 | 1): MappingDraft[] => {
  const from = map.findIndex((line) => line.key === key)
  const line = map[from]
  const to = from + by
  if (line === undefined || to < 0 || to >= map.length) return [...map]
  return map.toSpliced(from, 1).toSpliced(to, 0, line)
}

export type ReadRules =
  | { kind: 'rules'; rules: RoleRules }
  /** `message` is null where it is plain to see what is missing. */
  | { kind: 'incomplete'; message: string | null }

/**
 * The rules that a draft says, if it is whole.
 *
 * @param givable ids of roles that the person can give
 */
export const readRules = (draft: RulesDraft, givable: readonly string[]): ReadRules => {
  const { by, map, others } = draft
  const claim = draft.claim.trim()
  const lines = by === 'claim' ? map.map(({ value, role }) => ({ value: value.trim(), role })) : []
  const isGone = [...lines.map(({ role }) => role), ...(others === null ? [] : [others])].some(
    (role) => !givable.includes(role),
  )
  if (isGone) return incomplete('It gives a role that does not exist any more. Choose another.')
  if (by === 'admins') return whole({ roleClaim: null, roleMap: [], defaultRole: others })
  if (claim === '' || lines.some(({ value }) => value === '')) return incomplete(null)
  const twice = lines.find(({ value }, at) => lines.findIndex((l) => l.value === value) < at)
  if (twice) return incomplete(`“${twice.value}” is there twice, and only the first would count.`)
  if (lines.length === 0 && others === null) {
    return incomplete(
      'As it stands nobody would be let in: name a group, or a role for the others.',
    )
  }
  return whole({ roleClaim: claim, roleMap: lines, defaultRole: others })
}

const whole = (rules: RoleRules): ReadRules => ({ kind: 'rules', rules })
const incomplete = (message: string | null): ReadRules => ({ kind: 'incomplete', message })

/** What somebody may do with a connection: `off` is switching it off, and nothing that gives roles. */
export type Rights = 'all' | 'off' | 'none'

/** The first role of a connection that somebody cannot give, as the edge decides it; null where there is none. */
export const roleAbove = (
  me: Me,
  roles: readonly RoleView[],
  { roleMap, defaultRole }: RoleRules,
): string | null => {
  const given = [...roleMap.map(({ role }) => role), ...(defaultRole === null ? [] : [defaultRole])]
  const isAbove = (id: string): boolean =>
    roles.some((role) => role.id === id && !mayGive(me, role))
  return given.find(isAbove) ?? null
}
