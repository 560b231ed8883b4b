import type { TraitStatement } from './fold.ts'
import type { NodeTrait } from './persons.ts'

/** One value a node and key: verified before unverified, then the latest. The store's upsert says the same. */
export function latestTraits(traits: readonly NodeTrait[]): NodeTrait[] {
  const best = new Map<string, NodeTrait>()
  for (const trait of traits) {
    const key = keyOf(trait)
    const known = best.get(key)
    if (!known || supersedes(trait, known)) best.set(key, trait)
  }
  return [...best.values()]
}

/**
 * The statements that said something else than what was held at the time. Taken one after another, so
 * that the history depends on the order of the events alone and never on how they were batched.
 *
 * @param stored what was held before, of every node that `said` names
 */
export function traitChanges(
  stored: readonly NodeTrait[],
  said: readonly TraitStatement[],
): TraitStatement[] {
  const held = new Map<string, NodeTrait>(stored.map((trait) => [keyOf(trait), trait]))
  const changes: TraitStatement[] = []
  for (const statement of said) {
    const key = keyOf(statement)
    const known = held.get(key)
    if (!known || JSON.stringify(known.value) !== JSON.stringify(statement.value)) {
      changes.push(statement)
    }
    if (!known || supersedes(statement, known)) held.set(key, statement)
  }
  return changes
}

function keyOf({ node, key }: { node: string; key: string }): string {
  return `${node}\n${key}`
}

function supersedes(trait: NodeTrait, known: NodeTrait): boolean {
  if (trait.verified !== known.verified) return trait.verified
  if (trait.occurredAt !== known.occurredAt) return trait.occurredAt > known.occurredAt
  return trait.messageId > known.messageId
}
