import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Guard {
  watch(pids: readonly number[]): void
  release(): void
}

export function startGuardian(): Guard {
  const guardian = spawn(
    process.execPath,
    [fileURLToPath(new URL('./guardian.ts', import.meta.url))],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  return {
    watch(pids) {
      guardian.stdin.write(`${JSON.stringify(pids)}\n`)
    },
    release() {
      guardian.stdin.end('[]\n')
    },
  }
}

/** Process ids of this process's own children (workerd among them, which Miniflare keeps to itself). */
export function childPids(): number[] {
  const own = `/proc/${process.pid}/task`
  if (existsSync(own)) {
    return readdirSync(own).flatMap((task) =>
      readFileSync(`${own}/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  }
  try {
    return execFileSync('pgrep', ['-P', String(process.pid)], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .map(Number)
  } catch {
    return []
  }
}
