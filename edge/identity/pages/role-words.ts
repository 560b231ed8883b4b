import { isRole } from '#shared/access/granted.ts'
import type { Role } from '#shared/access/matrix.ts'
import type { Language } from './language.ts'

/** In the middle of a sentence or alone, for whoever has the role. */
const WORDS: Record<Language, Record<Role, string>> = {
  en: {
    owner: 'owner',
    admin: 'admin',
    marketer: 'marketer',
    agent: 'agent',
    analyst: 'analyst',
    developer: 'developer',
  },
  de: {
    owner: 'Inhaber/-in',
    admin: 'Admin',
    marketer: 'Marketer',
    agent: 'Agent/-in',
    analyst: 'Analyst/-in',
    developer: 'Entwickler/-in',
  },
}

/**
 * A role for its reader. Those that come with Edgewise are translated; a custom role keeps the name that its
 * workspace gave it, also where that is the word for another.
 *
 * @param role of the table, or the id of a custom role
 * @param customName null for a role of the table, and where the custom role is not there any more
 */
export function roleWords(language: Language, role: string, customName: string | null): string {
  return isRole(role) ? WORDS[language][role] : (customName ?? role)
}
