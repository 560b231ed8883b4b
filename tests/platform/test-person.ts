import { createClient } from '@libsql/client'
import { Secret, TOTP } from 'otpauth'
import { databaseUrl } from '#dev/libsql/server.ts'
import { ensurePerson } from '#dev/platform/people.ts'
import { hashPassword } from '#edge/identity/passwords/hash-password.ts'
import { newTotpSecret } from '#edge/identity/second-factor/totp.ts'
import { newBrowserSession } from '#edge/identity/sessions/browser-sessions.ts'
import type { SignInMethod } from '#edge/identity/sessions/methods.ts'
import { isolateOver, totpOf } from '#edge/sealing/sealing.fixture.ts'

const PASSWORD = 'correct horse battery staple 9'
/** Half a second of work, once for all people of a process. */
let hashed: Promise<string> | null = null
let made = 0

export interface NewTestPerson {
  /** A role of the table, or the id of a custom role. */
  role: string
  /** `demo` where it is left out. */
  workspaceId?: string
  email?: string
  secondFactor?: boolean
}

export interface TestPerson {
  userId: string
  email: string
  password: string
  role: string
  workspaceId: string
  /**
   * A browser's session of theirs, as signing in makes it, but without the half second of a password.
   *
   * @returns the cookie's value
   */
  openSession(): Promise<string>
  /** What the authenticator app shows now; null for who has none. Each code counts once. */
  code(): string | null
}

/** Somebody who works in a workspace of a test platform. */
export async function addTestPerson(
  { storeUrl, token }: { storeUrl: string; token: string },
  sealingKeys: string,
  person: NewTestPerson,
): Promise<TestPerson> {
  made += 1
  const userId = `usr_${person.role}${made}`
  const email = person.email ?? `${person.role}${made}@people.example`
  const workspaceId = person.workspaceId ?? 'demo'
  hashed ??= hashPassword(PASSWORD)
  await ensurePerson(storeUrl, token, {
    id: userId,
    email,
    name: `${person.role} ${made}`,
    password: { hash: await hashed },
    workspaceId,
    role: person.role,
  })
  const secret = person.secondFactor ? newTotpSecret() : null
  if (secret)
    await confirmFactor(databaseUrl(storeUrl, 'control'), token, sealingKeys, userId, secret)
  return {
    userId,
    email,
    password: PASSWORD,
    role: person.role,
    workspaceId,
    openSession: () =>
      openSession(databaseUrl(storeUrl, 'control'), token, userId, secret !== null),
    code: () => secret && new TOTP({ secret: Secret.fromBase32(secret) }).generate(),
  }
}

async function openSession(
  url: string,
  authToken: string,
  userId: string,
  hasFactor: boolean,
): Promise<string> {
  const control = createClient({ url, authToken, intMode: 'number' })
  try {
    const methods: SignInMethod[] = hasFactor ? ['password', 'totp'] : ['password']
    const device = { name: 'Test', country: null }
    const { secret, statement } = await newBrowserSession(userId, methods, device, Date.now())
    await control.execute(statement)
    return secret
  } finally {
    control.close()
  }
}

async function confirmFactor(
  url: string,
  authToken: string,
  sealingKeys: string,
  userId: string,
  secret: string,
): Promise<void> {
  const control = createClient({ url, authToken, intMode: 'number' })
  try {
    const sealed = await isolateOver(() => control, sealingKeys).seal(totpOf(userId), secret)
    await control.execute({
      sql: `INSERT INTO totp_factors (user_id, sealed_secret, created_at, confirmed_at) VALUES (?, ?, 0, 0)`,
      args: [userId, sealed],
    })
  } finally {
    control.close()
  }
}
