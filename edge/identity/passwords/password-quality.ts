import { COMMON_PASSWORDS } from './generated/common-passwords.ts'
import { MAX_PASSWORD_CHARS, normalizedPassword } from './hash-password.ts'
import { isRepetition, isSequence } from './plain-pattern.ts'

/**
 * NIST SP 800-63B asks for 15 where a password is all there is and 8 beside a second factor. Here the second
 * factor is the workspace's choice, and guesses are slowed down by account and by address, so that 10 that
 * are on no list suffice. Nothing is asked about kinds of characters: such rules make people predictable.
 */
export const MIN_PASSWORD_CHARS = 10
/** What people append to a word that everybody tries. */
const MAX_APPENDED_CHARS = 6
/** What must be left of a password without the words that everybody knows about its owner. */
const MIN_OWN_CHARS = 6
/** Shorter pieces of a name are in half of all passwords. */
const MIN_KNOWN_WORD_CHARS = 3
const LONGEST_REPEATED_PIECE = 8
const PRODUCT = 'edgewise'

export interface PasswordProblem {
  /** Stable: pages show their own language's sentence for it. */
  code:
    | 'password_too_short'
    | 'password_too_long'
    | 'password_repeats'
    | 'password_sequence'
    | 'password_about_you'
    | 'password_common'
  reason: string
  next: string
}

/**
 * Why a password must not be chosen, or null. Only for choosing: an old password still signs in.
 *
 * @param about whose it is to be; what is not known yet may be empty
 */
export function passwordProblem(
  password: string,
  about: { email: string; name: string },
): PasswordProblem | null {
  const chars = [...password].length
  if (chars < MIN_PASSWORD_CHARS) return problem('password_too_short')
  if (chars > MAX_PASSWORD_CHARS) return problem('password_too_long')
  const text = normalizedPassword(password).toLowerCase()
  if (isRepetition(text, LONGEST_REPEATED_PIECE)) return problem('password_repeats')
  if (isSequence(text)) return problem('password_sequence')
  if (isAbout(text, about)) return problem('password_about_you')
  if (isCommon(text)) return problem('password_common')
  return null
}

function isAbout(text: string, about: { email: string; name: string }): boolean {
  const email = normalizedPassword(about.email).toLowerCase()
  const name = normalizedPassword(about.name).toLowerCase()
  const [local = '', domain = ''] = email.split('@')
  const wholes = [email, domain, local, name, name.replaceAll(/\s/g, '')]
  const pieces = `${local} ${domain} ${name} ${PRODUCT}`.split(/[^\p{L}\p{N}]+/u)
  const known = [...wholes, ...pieces].filter((word) => word.length >= MIN_KNOWN_WORD_CHARS)
  const longestFirst = known.sort((a, b) => b.length - a.length)
  const left = longestFirst.reduce((rest, word) => rest.replaceAll(word, ''), text)
  return left !== text && left.replaceAll(/[^\p{L}\p{N}]/gu, '').length < MIN_OWN_CHARS
}

/** Looks up the text itself, the word in it without what people append, and both with signs read as letters. */
function isCommon(text: string): boolean {
  return [text, asLetters(text)].some((spelling) => {
    const word = wordIn(spelling)
    return isListed(spelling) || (word !== null && isListed(asLetters(word)))
  })
}

/** `!dragon2024` → `dragon`; null if more than a few characters are appended, which may be the secret. */
function wordIn(text: string): string | null {
  const word = text.replace(/^\P{L}+/u, '').replace(/\P{L}+$/u, '')
  return word !== '' && text.length - word.length <= MAX_APPENDED_CHARS ? word : null
}

const LETTER_OF: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

function asLetters(text: string): string {
  return text.replaceAll(/[013457@$!]/g, (sign) => LETTER_OF[sign] ?? sign)
}

/** A search through the text takes less than a millisecond, and no isolate has to hold a set of it. */
function isListed(word: string): boolean {
  return !word.includes('\n') && COMMON_PASSWORDS.includes(`\n${word}\n`)
}

function problem(code: PasswordProblem['code']): PasswordProblem {
  return { code, ...SENTENCES[code] }
}

const ANOTHER = 'Choose another one: a few words that do not belong together are good.'

const SENTENCES: Readonly<Record<PasswordProblem['code'], { reason: string; next: string }>> = {
  password_too_short: {
    reason: `The password has fewer than ${MIN_PASSWORD_CHARS} characters.`,
    next: 'Choose a longer one; a short sentence is good, with its spaces.',
  },
  password_too_long: {
    reason: `The password has more than ${MAX_PASSWORD_CHARS} characters.`,
    next: 'Choose a shorter one.',
  },
  password_repeats: {
    reason: 'The password is a short piece, repeated.',
    next: ANOTHER,
  },
  password_sequence: {
    reason: 'The password follows the keyboard, the digits or the alphabet.',
    next: ANOTHER,
  },
  password_about_you: {
    reason: 'The password is hardly more than your name, your address or the name of this product.',
    next: ANOTHER,
  },
  password_common: {
    reason: 'The password is on a list of those that are tried first.',
    next: ANOTHER,
  },
}
