import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Families, readFamilies } from '#models/messages/families.ts'

/** Where the own sets of messages lie: a text file a class. */
export const MESSAGE_FOLDERS = {
  intent: fileURLToPath(new URL('../../models/intent/marketing/', import.meta.url)),
  sentiment: fileURLToPath(new URL('../../models/sentiment/messages/', import.meta.url)),
} as const

/**
 * Families by class, in the order of the classes' names.
 *
 * @throws MessageSetError
 */
export function messagesIn(folder: string): Map<string, Families> {
  const files = readdirSync(folder).filter((name) => extname(name) === '.txt')
  return new Map(
    files.sort().map((name) => {
      const content = readFileSync(join(folder, name), 'utf8')
      return [basename(name, '.txt'), readFamilies(content, name)]
    }),
  )
}
