import { z } from 'zod'

/** How somebody proved who they are. */
export const SignInMethod = z.enum(['password', 'totp', 'recovery_code', 'passkey', 'sso'])
export type SignInMethod = z.infer<typeof SignInMethod>

const Methods = z.array(SignInMethod)
const Roles = z.array(z.string())

/** @param json the column `methods` of a session */
export function parseMethods(json: string): SignInMethod[] {
  return Methods.parse(JSON.parse(json))
}

/** Roles that must have a second factor; `*` is all of them. */
export function parseRoles(json: string | null): string[] {
  return json === null ? [] : Roles.parse(JSON.parse(json))
}

/**
 * Whether a method makes a sign-in one of two factors. A passkey is both at once: it is had, and it asks
 * for a finger or a PIN. A company's identity provider asks for what the company wants.
 */
export function isSecondFactor(method: SignInMethod): boolean {
  return method !== 'password'
}
