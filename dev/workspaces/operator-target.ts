import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { databaseUrl } from '#dev/libsql/server.ts'
import { databaseOf } from '#dev/platform/tenants.ts'
import { UsageError } from './command-line.ts'

/** What an operator works on. */
export interface OperatorTarget {
  controlUrl: string
  /** Opens the control database and those of the workspaces. */
  authToken: string
  /** Where people sign in; without a slash at the end. */
  publicUrl: string
  /** The database of a workspace where nobody names one; null where the operator has to make it first. */
  databaseOf: ((workspaceId: string) => string) | null
}

const Ready = z.object({ edge: z.string(), store: z.string() })
const State = z.object({ storeToken: z.string() })

const Deployment = z.object({
  CONTROL_DB_URL: z.string().min(1),
  STORE_AUTH_TOKEN: z
    .string()
    .min(1, 'STORE_AUTH_TOKEN is missing: the token that opens the databases.'),
  PUBLIC_URL: z.url(
    'PUBLIC_URL is missing: the address of the edge, for the links that people get.',
  ),
})

/**
 * The deployment that the environment names, or the platform that runs on this machine.
 *
 * @throws UsageError
 */
export async function operatorTarget(
  env: Readonly<Record<string, string | undefined>>,
): Promise<OperatorTarget> {
  if (!env.CONTROL_DB_URL) return runningHere(env.EDGEWISE_HOME || '.edgewise')
  const { STORE_AUTH_TOKEN = '', PUBLIC_URL = '' } = env
  const deployment = Deployment.safeParse({ ...env, STORE_AUTH_TOKEN, PUBLIC_URL })
  if (!deployment.success) throw new UsageError(deployment.error.issues[0]?.message ?? '')
  const { data } = deployment
  return {
    controlUrl: data.CONTROL_DB_URL,
    authToken: data.STORE_AUTH_TOKEN,
    publicUrl: data.PUBLIC_URL.replace(/\/$/, ''),
    databaseOf: null,
  }
}

async function runningHere(home: string): Promise<OperatorTarget> {
  const file = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(home, name), 'utf8'))
  try {
    const { edge, store } = Ready.parse(await file('ready.json'))
    const { storeToken } = State.parse(await file('state.json'))
    return {
      controlUrl: databaseUrl(store, 'control'),
      authToken: storeToken,
      // Passkeys need a host name.
      publicUrl: new URL(edge).origin.replace('127.0.0.1', 'localhost'),
      databaseOf: (workspaceId) => databaseUrl(store, databaseOf(workspaceId)),
    }
  } catch {
    throw new UsageError(
      `No Edgewise runs on ${home}: start it with npm start, or set CONTROL_DB_URL, STORE_AUTH_TOKEN and PUBLIC_URL to those of a deployment.`,
    )
  }
}
