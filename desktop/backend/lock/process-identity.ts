import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * What tells a process from a later one with the same pid. Null for a process that does not run, and
 * where the system does not say it; then only the pid counts, which errs on the side of "still running".
 */
export const processIdentity = (pid: number): string | null => {
  const boot = readOrNull('/proc/sys/kernel/random/boot_id')
  return boot === null ? startTimeByPs(pid) : startTimeByProc(pid, boot.trim())
}

/** On Linux: the boot, and the start time in clock ticks (proc(5), field 22 of stat). */
const startTimeByProc = (pid: number, boot: string): string | null => {
  const stat = readOrNull(`/proc/${pid}/stat`)
  // The second field is the command in brackets and may itself contain blanks and brackets.
  const startedAt = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return startedAt === undefined ? null : `${boot}:${startedAt}`
}

/** Elsewhere, macOS above all: the start time to the second, in a form that no setting changes. */
export const startTimeByPs = (pid: number): string | null => {
  try {
    const startedAt = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return startedAt.trim() || null
  } catch {
    return null
  }
}

const readOrNull = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Whether a process with this pid runs now, whoever owns it. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
