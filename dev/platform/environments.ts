import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export interface Environment {
  pid: number
  /** `NAME=value` each. */
  variables: readonly string[]
}

/** The environments with which this user's processes were started, as far as the system shows them. */
export function environments(): Environment[] {
  return existsSync('/proc/self/environ') ? fromProc() : fromPs()
}

function fromProc(): Environment[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const variables = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0')
      return [{ pid: Number(name), variables }]
    } catch {
      // Somebody else's, or gone meanwhile.
      return []
    }
  })
}

/** macOS shows them behind the command, without saying where that ends. */
function fromPs(): Environment[] {
  try {
    return parsePs(execFileSync('ps', ['-axEww', '-o', 'pid=,command='], { encoding: 'latin1' }))
  } catch {
    return []
  }
}

export function parsePs(output: string): Environment[] {
  return output.split('\n').flatMap((line) => {
    const [pid, ...variables] = line.trim().split(/\s+/)
    return pid ? [{ pid: Number(pid), variables }] : []
  })
}
