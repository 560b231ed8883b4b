import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../dev/workspaces/main.ts', import.meta.url))
/** A command that hangs is killed, and then has said nothing. */
const ENDS_WITHIN_MS = 60_000

/** `npm run workspace` as an operator runs it. */
export function runWorkspace(
  env: Record<string, string>,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [COMMAND, ...args],
      { env: { ...process.env, ...env }, timeout: ENDS_WITHIN_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const code = error ? Number(error.code ?? 1) : 0
        resolve({ code, output: `${stdout}${stderr}`.trim() })
      },
    )
  })
}

/** @throws with what the command said when it did not make the workspace */
export async function createdWorkspace(
  env: Record<string, string>,
  args: readonly string[],
): Promise<{ writeKey: string; secretKey: string; invitation: URL }> {
  const { output } = await runWorkspace(env, ['create', ...args])
  const shown = (pattern: RegExp): string => {
    const found = pattern.exec(output)?.[0]
    if (found === undefined) throw new Error(`No workspace was made: ${output}`)
    return found
  }
  return {
    writeKey: shown(/ewk_\S+/),
    secretKey: shown(/esk_\S+/),
    invitation: new URL(shown(/http\S+\/invitation\/\S+/)),
  }
}
