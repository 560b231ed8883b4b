import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { dictionary } from '@zxcvbn-ts/language-common'

const LICENSE = new URL(
  'LICENSE.txt',
  import.meta.resolve('@zxcvbn-ts/language-common/package.json'),
)
/** Below the least length of a password only words are of use: to them people append digits and signs. */
const LEAST_CHARS = 10
const WORD = /^\p{L}{2}.*\p{L}$/u
const LEAST_WORD_CHARS = 4
/** Would end a template literal or mean something in it; three of all passwords. */
const UNQUOTABLE = /[\\`$\n]/

/** What is asked for when somebody chooses a password, in order, lower case. */
export function commonPasswords(): string[] {
  const all = dictionary['passwords-common']
  if (!Array.isArray(all)) throw new Error('The dictionary of passwords is not a list any more.')
  return all.map(String).filter(isOfUse).sort()
}

function isOfUse(password: string): boolean {
  if (UNQUOTABLE.test(password)) return false
  return (
    password.length >= LEAST_CHARS || (password.length >= LEAST_WORD_CHARS && WORD.test(password))
  )
}

/** A module with one text of lines: a list of 35,000 texts would cost each start of an isolate. */
export async function commonPasswordsModule(): Promise<string> {
  const license = (await readFile(fileURLToPath(LICENSE), 'utf8')).trim()
  return [
    '/*',
    'Written by `node dev/passwords/write-common-passwords.ts` from the npm package',
    '@zxcvbn-ts/language-common, which comes with this notice:',
    '',
    license,
    '*/',
    'export const COMMON_PASSWORDS = `',
    ...commonPasswords(),
    '`',
    '',
  ].join('\n')
}
