/** The parts of a set, as headings name them. */
export const PARTS = ['train', 'validation', 'test'] as const
export type Part = (typeof PARTS)[number]

/** Messages that say much the same in other words: a family lies wholly in one part. */
export type Family = readonly string[]
export type Families = Record<Part, readonly Family[]>

type MessageSetErrorKind = 'no_part' | 'unknown_part' | 'empty_part'

/** A file of messages that cannot be read, where, and what to do next. */
export class MessageSetError extends Error {
  override readonly name = 'MessageSetError'
  readonly kind: MessageSetErrorKind
  readonly next: string

  constructor(kind: MessageSetErrorKind, reason: string, next: string) {
    super(`${reason} ${next}`)
    this.kind = kind
    this.next = next
  }
}

const HEADING = /^## *(.*)$/
const HEADINGS = `Use the headings ${PARTS.map((part) => `"## ${part}"`).join(', ')}.`

/**
 * Reads a file of messages: a heading for each part, one message a line, an empty line between
 * families.
 *
 * @param name of the file, for errors
 * @throws MessageSetError where a message stands under no heading, a heading names no part, or a
 *   part is empty
 */
export function readFamilies(content: string, name: string): Families {
  const parts: Record<Part, string[][]> = { train: [], validation: [], test: [] }
  let families: string[][] | undefined
  let family: string[] | undefined
  for (const [at, raw] of content.split('\n').entries()) {
    const line = raw.trim()
    const heading = HEADING.exec(line)?.[1]
    if (heading !== undefined) {
      const part = PARTS.find((known) => known === heading)
      if (part === undefined) {
        const reason = `${name}, line ${at + 1}: "${heading}" is no part of a set.`
        throw new MessageSetError('unknown_part', reason, HEADINGS)
      }
      families = parts[part]
      family = undefined
    } else if (line === '') {
      family = undefined
    } else if (families === undefined) {
      const reason = `${name}, line ${at + 1}: a message stands before any heading.`
      throw new MessageSetError('no_part', reason, HEADINGS)
    } else if (family === undefined) {
      family = [line]
      families.push(family)
    } else {
      family.push(line)
    }
  }
  const empty = PARTS.find((part) => parts[part].length === 0)
  if (empty !== undefined) {
    throw new MessageSetError('empty_part', `${name} has no messages for ${empty}.`, HEADINGS)
  }
  return parts
}
