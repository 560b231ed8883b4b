import { type Client, createClient } from '@libsql/client'
import { databaseUrl } from '#dev/libsql/server.ts'
import { hashPassword } from '#edge/identity/passwords/hash-password.ts'

export interface NewPerson {
  id: string
  email: string
  name: string
  /** Or what {@link hashPassword} made of it. */
  password: string | { hash: string }
  workspaceId: string
  role: string
}

/** Somebody who works in a workspace. Who is there already keeps password and role. */
export async function ensurePerson(
  storeUrl: string,
  token: string,
  person: NewPerson,
): Promise<void> {
  const control = createClient({ url: databaseUrl(storeUrl, 'control'), authToken: token })
  try {
    await ensurePersonIn(control, person)
  } finally {
    control.close()
  }
}

/** As {@link ensurePerson}, over a connection that is open. */
export async function ensurePersonIn(control: Client, person: NewPerson): Promise<void> {
  const { rows } = await control.execute({
    sql: 'SELECT 1 FROM users WHERE email = ?',
    args: [person.email],
  })
  const now = Date.now()
  if (rows.length === 0) {
    const { password } = person
    const hash = typeof password === 'string' ? await hashPassword(password) : password.hash
    await control.execute({
      sql: `INSERT OR IGNORE INTO users (id, email, name, password_hash, created_at) VALUES (?, ?, ?, ?, ?)`,
      args: [person.id, person.email, person.name, hash, now],
    })
  }
  await control.execute({
    sql: `INSERT OR IGNORE INTO memberships (workspace_id, user_id, role, created_at)
      SELECT ?, id, ?, ? FROM users WHERE email = ?`,
    args: [person.workspaceId, person.role, now, person.email],
  })
}
