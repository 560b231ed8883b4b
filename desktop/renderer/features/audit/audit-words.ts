import type { AuditItem } from '#rpc/audit.ts'
import { AUDIT_ACTIONS } from '#shared/audit/actions.ts'

type Names = readonly { userId: string; name: string }[]

const nameOf = (people: Names, userId: string): string | null =>
  people.find((person) => person.userId === userId)?.name ?? null

/** Who did it: a name where it is known, else what stands in the log. */
export const whoWords = ({ actor }: Pick<AuditItem, 'actor'>, people: Names): string => {
  switch (actor.kind) {
    case 'person':
      return nameOf(people, actor.userId) ?? `Person ${actor.userId}`
    case 'key':
      return `Key ${actor.prefix}…`
    case 'job':
      return `Edgewise (${actor.name})`
  }
}

/** The id by which the log is filtered for whoever did it. */
export const actorId = ({ actor }: Pick<AuditItem, 'actor'>): string => {
  switch (actor.kind) {
    case 'person':
      return actor.userId
    case 'key':
      return actor.prefix
    case 'job':
      return actor.name
  }
}

/** What it was done to. */
export const subjectWords = ({ subject }: Pick<AuditItem, 'subject'>, people: Names): string => {
  const kind = subject.kind.replaceAll('_', ' ')
  const name = subject.kind === 'user' ? nameOf(people, subject.id) : null
  return name ?? `${kind} ${subject.id}`
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

/** From where, as roughly as it is kept. */
export const fromWords = ({ from }: Pick<AuditItem, 'from'>): string => {
  const country =
    from.country !== null && isRegion(from.country) ? countries.of(from.country) : null
  return [from.client, country].filter((part) => part !== null && part !== undefined).join(', ')
}

const isRegion = (code: string): boolean => /^[A-Z]{2}$/.test(code)

/** Actions to filter by, in words. */
export const ACTION_CHOICES: readonly { value: string; label: string }[] = Object.entries(
  AUDIT_ACTIONS,
).map(([value, sentence]) => ({ value, label: sentence.replace(/\.$/, '') }))

export type ValueRow = { field: string; before: string; after: string; isChanged: boolean }

/** What stood there before and after, field by field; a value that is no object is one field. */
export const valueRows = (before: unknown, after: unknown): ValueRow[] => {
  const [old, young] = [fieldsOf(before), fieldsOf(after)]
  const fields = [...new Set([...Object.keys(old), ...Object.keys(young)])]
  return fields.map((field) => {
    const was = valueText(old[field])
    const is = valueText(young[field])
    return { field, before: was, after: is, isChanged: was !== is }
  })
}

const NOTHING = '–'

const fieldsOf = (value: unknown): Record<string, unknown> => {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) return { value }
  return { ...value }
}

const valueText = (value: unknown): string => {
  if (value === null || value === undefined) return NOTHING
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ')
  return JSON.stringify(value)
}
