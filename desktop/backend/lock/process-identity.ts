import { readFileSync } from 'node:fs'

/**
 * What tells a process from a later one with the same pid: on Linux the boot and the start time in
 * clock ticks (proc(5), field 22 of stat). Null where the system does not say it; then only the pid
 * counts, which errs on the side of "still running".
 */
export const processIdentity = (pid: number): string | null => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in brackets and may itself contain blanks and brackets.
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return startedAt === undefined ? null : `${boot}:${startedAt}`
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
