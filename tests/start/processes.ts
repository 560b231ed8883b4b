import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What Linux says about processes; nothing of ours takes part in it. */
export interface RunningProcess {
  pid: number
  parent: number
  group: number
  name: string
}

export function runningProcesses(): RunningProcess[] {
  return pids().flatMap((pid) => {
    const stat = readOrNull(`/proc/${pid}/stat`)
    if (stat === null) return []
    // The name is in brackets and may itself contain blanks and brackets.
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return []
    return [{ pid, parent: Number(parent), group: Number(group), name }]
  })
}

/** Those that a start spawned, however deep, alive or not their parents, and the start itself. */
export const inGroup = (group: number): RunningProcess[] =>
  runningProcesses().filter((running) => running.group === group)

export const workerdsOf = (group: number): number[] =>
  inGroup(group)
    .filter(({ name }) => name === 'workerd')
    .map(({ pid }) => pid)

/** The processes with a file open below a folder. */
export const holdersOf = (folder: string): number[] =>
  pids().filter((pid) =>
    listOrNone(`/proc/${pid}/fd`).some((fd) =>
      linkOrNone(`/proc/${pid}/fd/${fd}`).startsWith(`${folder}/`),
    ),
  )

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

const readOrNull = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const listOrNone = (path: string): string[] => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

const linkOrNone = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
