import { z } from 'zod'
import type { StoreClient } from '../../store/client.ts'

const MAX_EMAIL_CHARS = 254
const MAX_NAME_CHARS = 120

/** Lower case: nobody has two accounts that differ in it. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email({ message: 'is no e-mail address' }).max(MAX_EMAIL_CHARS))

export const PersonName = z.string().trim().min(1).max(MAX_NAME_CHARS)

export interface User {
  id: string
  email: string
  name: string
  locale: 'en' | 'de'
  passwordHash: string | null
  isDeactivated: boolean
}

const COLUMNS = 'id, email, name, locale, password_hash, deactivated_at'

export async function userByEmail(control: StoreClient, email: string): Promise<User | null> {
  const { rows } = await control.execute({
    sql: `SELECT ${COLUMNS} FROM users WHERE email = ?`,
    args: [email],
  })
  return userOf(rows[0])
}

export async function userById(control: StoreClient, id: string): Promise<User | null> {
  const { rows } = await control.execute({
    sql: `SELECT ${COLUMNS} FROM users WHERE id = ?`,
    args: [id],
  })
  return userOf(rows[0])
}

function userOf(row: Record<string, unknown> | undefined): User | null {
  if (!row) return null
  return {
    id: String(row.id),
    email: String(row.email),
    name: String(row.name),
    locale: row.locale === 'de' ? 'de' : 'en',
    passwordHash: row.password_hash === null ? null : String(row.password_hash),
    isDeactivated: row.deactivated_at !== null,
  }
}

export interface Membership {
  workspaceId: string
  workspaceName: string
  role: string
  /** Null for a role of the table. */
  customRoleName: string | null
  /** Roles of whom the workspace asks for a second factor; `*` is all. */
  factorRoles: string[]
}

/** The workspaces in which somebody works. */
export async function membershipsOf(control: StoreClient, userId: string): Promise<Membership[]> {
  const { rows } = await control.execute({
    sql: `SELECT m.workspace_id, w.name, m.role, r.name AS role_name, p.second_factor_roles FROM memberships m
      JOIN workspaces w ON w.id = m.workspace_id
      LEFT JOIN custom_roles r ON r.workspace_id = m.workspace_id AND r.id = m.role
      LEFT JOIN workspace_policies p ON p.workspace_id = m.workspace_id
      WHERE m.user_id = ? AND m.deactivated_at IS NULL ORDER BY w.name, w.id`,
    args: [userId],
  })
  return rows.map((row) => ({
    workspaceId: String(row.workspace_id),
    workspaceName: String(row.name),
    role: String(row.role),
    customRoleName: row.role_name === null ? null : String(row.role_name),
    factorRoles: z
      .array(z.string())
      .parse(JSON.parse(row.second_factor_roles === null ? '[]' : String(row.second_factor_roles))),
  }))
}

/** Whether a workspace asks this member for a second factor. */
export function demandsFactor({ role, factorRoles }: Membership): boolean {
  return factorRoles.includes('*') || factorRoles.includes(role)
}
