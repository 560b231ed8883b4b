/** What the SDK looks at of a form control. */
export interface FormField {
  name: string
  type: string
  autocomplete: string
  value: string
}

export interface FormSubmission {
  /** Names of the fields that are neither secret nor hidden. */
  fields: string[]
  /** Who filled it in, if one field holds an e-mail address; otherwise null. */
  traits: Record<string, unknown> | null
}

const SKIPPED_TYPES = /^(password|hidden|file|submit|button|image|reset)$/
const SECRET_AUTOCOMPLETE = /\bcc-|password|one-time-code/
const SECRET_NAME =
  /pass(word|wd|phrase)|\bpwd|secret|token|csrf|captcha|card|\bcc[-_]?n|cv[cv]\b|expir|iban|account[-_]?n|routing|ssn|social[-_]?sec|tax[-_]?id|\bpin\b|otp\b/

/** Which trait a field gives: by its autocomplete token first, then by its name. */
const TRAITS: readonly (readonly [trait: string, autocomplete: string, name: RegExp])[] = [
  ['email', 'email', /e-?mail/],
  ['firstName', 'given-name', /first[-_ ]?name|given[-_ ]?name/],
  ['lastName', 'family-name', /last[-_ ]?name|family[-_ ]?name|surname/],
  ['title', 'organization-title', /^title$|job|position|role/],
  ['employees', '', /employees|company[-_ ]?size|team[-_ ]?size|headcount/],
  ['company', 'organization', /company|organi[sz]ation|employer/],
  ['name', 'name', /^(full|your)?[-_ ]?name$/],
]

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const MAX_VALUE_CHARS = 200

/**
 * Reads a submitted form. Only values of fields that say who somebody is at work leave the page, and
 * only when one of them is an e-mail address; passwords, hidden fields and payment data never do,
 * not even their names.
 */
export function readForm(fields: readonly FormField[]): FormSubmission {
  const open = fields.filter((field) => field.name && !isSecret(field))
  const traits: Record<string, unknown> = {}
  const company: Record<string, unknown> = {}
  for (const field of open) {
    const trait = traitOf(field)
    const value = field.value.trim().slice(0, MAX_VALUE_CHARS)
    if (!trait || !value || isCardNumber(value) || traits[trait]) continue
    if (trait === 'company') company.name ??= value
    else if (trait === 'employees') company.employees ??= Number(value) || value
    else if (trait !== 'email' || EMAIL.test(value)) traits[trait] = value
  }
  // Segment's reserved trait `company` is an object.
  if (Object.keys(company).length > 0) traits.company = company
  return {
    fields: [...new Set(open.map(({ name }) => name))],
    traits: traits.email ? traits : null,
  }
}

function isSecret({ type, autocomplete, name }: FormField): boolean {
  return (
    SKIPPED_TYPES.test(type) ||
    SECRET_AUTOCOMPLETE.test(autocomplete.toLowerCase()) ||
    SECRET_NAME.test(name.toLowerCase())
  )
}

function traitOf({ type, autocomplete, name }: FormField): string | undefined {
  if (type === 'checkbox' || type === 'radio') return undefined
  const token = autocomplete.toLowerCase().trim().split(/\s+/).pop() ?? ''
  const known = TRAITS.find(([, hint]) => hint && hint === token)
  if (known) return known[0]
  if (type === 'email') return 'email'
  return TRAITS.find(([, , pattern]) => pattern.test(name.toLowerCase()))?.[0]
}

/** 13 to 19 digits that pass Luhn's check are taken for a payment card, wherever they stand. */
function isCardNumber(value: string): boolean {
  const digits = value.replace(/[ -]/g, '')
  if (!/^\d{13,19}$/.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * ((i % 2) + 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}
