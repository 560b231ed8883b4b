import type { Language } from '../pages/language.ts'

/** What the account's page says of names and of a first password, in English; German has the same shape. */
const ENGLISH = {
  rename: 'Rename',
  renameOf: (name: string) => `Rename ${name}`,
  newName: 'Name',
  save: 'Save',
  sessionNameHint: 'Leave it empty to take the name back.',
  renamed: 'Renamed.',
  nameRefused: 'A name has at most 60 characters, and nothing but text in one line.',
}

export type AccountWords = typeof ENGLISH

const GERMAN: AccountWords = {
  rename: 'Umbenennen',
  renameOf: (name) => `${name} umbenennen`,
  newName: 'Name',
  save: 'Speichern',
  sessionNameHint: 'Lassen Sie das Feld leer, um den Namen zurückzunehmen.',
  renamed: 'Umbenannt.',
  nameRefused: 'Ein Name hat höchstens 60 Zeichen und besteht aus Text in einer Zeile.',
}

export function accountWordsOf(language: Language): AccountWords {
  return language === 'de' ? GERMAN : ENGLISH
}
