import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('../../dev/sealing/rotate-keys.ts', import.meta.url))

export interface Environment {
  CONTROL_DB_URL: string
  STORE_AUTH_TOKEN: string
  SEALING_KEYS: string
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
}

/** The operator's command in a process of its own, killed after so many pages if that is said. */
export async function rotateKeys(
  env: Partial<Environment>,
  args: readonly string[],
  killAfterPages = Number.POSITIVE_INFINITY,
): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [SCRIPT, ...args], {
    env: { PATH: process.env.PATH, ...env },
  })
  let output = ''
  const hear = (data: unknown) => {
    output += String(data)
    if ((output.match(/^page: [1-9]/gm) ?? []).length >= killAfterPages) child.kill('SIGKILL')
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const [code, signal] = await once(child, 'close')
  return { code, signal, output }
}
