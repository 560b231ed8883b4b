import type { RoleMapping } from '#edge/identity/sso/decide-role.ts'
import type { TestPlatform } from '#tests/platform/faulty-platform.ts'
import { BrowserOverHttp } from '../browser-over-http.ts'

export interface NewConnection {
  id: string
  issuer: string
  workspaceId?: string
  clientId?: string
  /** Proven, as an operator does it. */
  domains?: string[]
  required?: boolean
  roleClaim?: string | null
  roleMap?: RoleMapping[]
  defaultRole?: string | null
  givenByRole?: string
}

/** A connection whose domains are proven, straight into the control database. */
export async function addConnection(
  { control }: TestPlatform,
  connection: NewConnection,
): Promise<void> {
  const { id, issuer, domains = [], required = false } = connection
  await control.batch(
    [
      {
        sql: `INSERT INTO sso_connections (id, workspace_id, name, issuer, client_id, role_claim, role_map,
            default_role, given_by_role, created_at) VALUES (?, ?, 'Company', ?, ?, ?, ?, ?, ?, 0)`,
        args: [
          id,
          connection.workspaceId ?? 'demo',
          issuer,
          connection.clientId ?? 'edgewise',
          connection.roleClaim ?? null,
          JSON.stringify(connection.roleMap ?? []),
          connection.defaultRole === undefined ? 'agent' : connection.defaultRole,
          connection.givenByRole ?? 'owner',
        ],
      },
      ...domains.map((domain) => ({
        sql: `INSERT INTO sso_domains (connection_id, domain, required, verification_token, verified_at)
          VALUES (?, ?, ?, 'token', 1)`,
        args: [id, domain, required ? 1 : 0],
      })),
    ],
    'write',
  )
}

/** What the edge asks the provider, from the page that leads there. */
export async function questionTo(
  browser: BrowserOverHttp,
  email: string,
  returnTo = '/account',
): Promise<URL> {
  const page = await browser.post('/sso', { email, return_to: returnTo })
  return onward(page)
}

/** Where a page of ours leads by itself. */
export async function onward(page: Response): Promise<URL> {
  const refresh = page.headers.get('refresh') ?? ''
  const url = /^0; url=(.+)$/.exec(refresh)?.[1]
  if (!url) throw new Error(`It leads nowhere: ${page.status} ${textOf(await page.text())}`)
  return new URL(url)
}

/** What the person does at a real provider, from the question to the address that it sends them back to. */
export async function signInThere(
  question: URL,
  person: { login: string; password: string },
  there = new BrowserOverHttp(question.origin),
): Promise<URL> {
  let answer = await there.get(question.href)
  for (let step = 0; step < 8; step += 1) {
    const location = answer.headers.get('location')
    if (location === null) {
      answer = await there.post(new URL(answer.url).pathname, person)
      continue
    }
    const next = new URL(location, question)
    if (next.origin !== question.origin) return next
    answer = await there.get(next.href)
  }
  throw new Error('The provider goes round in circles.')
}

/** The words of a page. */
export function textOf(html: string): string {
  const body = html.slice(html.indexOf('<main'))
  return body
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#39;/g, "'")
    .replaceAll(/\s+/g, ' ')
    .trim()
}
