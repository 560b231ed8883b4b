import type { ChangedArea } from './replica/apply-page.ts'

const GATHER_MS = 1000

export type ChangeAnnouncer = {
  note(areas: readonly ChangedArea[]): void
  stop(): void
}

/**
 * Gathers changes and announces them together: the first at once, those after it at most once every
 * `GATHER_MS`. A busy edge must not make the page fetch without pause.
 */
export const announceChanges = (publish: (areas: ChangedArea[]) => void): ChangeAnnouncer => {
  const gathered = new Set<ChangedArea>()
  let timer: ReturnType<typeof setTimeout> | null = null

  const flush = (): void => {
    timer = null
    if (gathered.size === 0) return
    publish([...gathered])
    gathered.clear()
    timer = setTimeout(flush, GATHER_MS)
  }

  return {
    note(areas) {
      for (const area of areas) gathered.add(area)
      if (timer === null) flush()
    },
    stop() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      gathered.clear()
    },
  }
}
