import type { Link, Node } from '#shared/identity/link.ts'
import { isEarlier } from '#shared/identity/link.ts'
import { type ResolvedPerson, resolvePersons } from '#shared/identity/resolve.ts'

/** The latest value a node said of one trait. */
export interface NodeTrait {
  node: Node
  key: string
  value: unknown
  occurredAt: number
  messageId: string
  verified: boolean
}

export interface PersonRow {
  personId: string
  userId: string | null
  email: string | null
  name: string | null
  company: string | null
  accountId: string | null
  traits: Record<string, unknown>
}

/** Everything stored about the part of the graph that a batch touches. */
export interface IdentityNeighbourhood {
  /** Closed: every statement that touches any node in it. */
  links: ReadonlyMap<string, Link>
  undone: ReadonlySet<string>
  traits: readonly NodeTrait[]
  /** Which person each node belonged to before. */
  persons: ReadonlyMap<Node, string>
}

export interface IdentityChange {
  persons: PersonRow[]
  /** Persons that were merged away or split: their rows go. */
  gone: string[]
  /** Nodes whose person is another one than before; null where a node lost its person. */
  moved: { node: Node; personId: string | null }[]
}

/** Resolves the neighbourhood anew and says what differs from what was stored. */
export function resolveNeighbourhood(known: IdentityNeighbourhood): IdentityChange {
  const resolved = resolvePersons(known.links.values(), known.undone)
  const ownerNow = new Map(
    resolved.flatMap((person) => person.nodes.map((node) => [node, person.personId] as const)),
  )
  const moved: IdentityChange['moved'] = []
  for (const [node, personId] of ownerNow) {
    if (known.persons.get(node) !== personId) moved.push({ node, personId })
  }
  for (const node of known.persons.keys()) {
    if (!ownerNow.has(node)) moved.push({ node, personId: null })
  }
  const alive = new Set(resolved.map((person) => person.personId))
  return {
    persons: resolved.map((person) => personRow(person, known.traits)),
    gone: [...new Set(known.persons.values())].filter((personId) => !alive.has(personId)),
    moved,
  }
}

function personRow(person: ResolvedPerson, traits: readonly NodeTrait[]): PersonRow {
  const own = new Set(person.nodes)
  const best = new Map<string, NodeTrait>()
  for (const trait of traits) {
    if (!own.has(trait.node)) continue
    const known = best.get(trait.key)
    if (!known || isStronger(trait, known)) best.set(trait.key, trait)
  }
  const values = Object.fromEntries(
    [...best].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, trait]) => [key, trait.value]),
  )
  return {
    personId: person.personId,
    userId: idOf(person.nodes, 'u:'),
    email: idOf(person.nodes, 'e:') ?? textOf(values.email),
    name: textOf(values.name) ?? fullName(values),
    company: companyOf(values),
    accountId: person.accountId,
    traits: values,
  }
}

/** What a secret key vouches for outranks what a browser says; among equals the latest counts. */
function isStronger(trait: NodeTrait, known: NodeTrait): boolean {
  if (trait.verified !== known.verified) return trait.verified
  return isEarlier(known.occurredAt, known.messageId, trait.occurredAt, trait.messageId)
}

function idOf(nodes: readonly Node[], prefix: string): string | null {
  return nodes.find((node) => node.startsWith(prefix))?.slice(prefix.length) ?? null
}

function fullName(traits: Record<string, unknown>): string | null {
  const parts = [textOf(traits.firstName), textOf(traits.lastName)].filter((part) => part !== null)
  return parts.length > 0 ? parts.join(' ') : null
}

/** Segment's traits carry a company as text or as an object with a name. */
function companyOf(traits: Record<string, unknown>): string | null {
  const { company } = traits
  if (typeof company === 'object' && company !== null && 'name' in company)
    return textOf(company.name)
  return textOf(company)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : null
}
