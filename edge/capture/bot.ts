import { isbot } from 'isbot'

const MAX_REMEMBERED_AGENTS = 500
const remembered = new Map<string, boolean>()

/** Whether a user agent is a crawler or a script. Remembered, since a site sees few agents often. */
export function isBotAgent(userAgent: string): boolean {
  const known = remembered.get(userAgent)
  if (known !== undefined) return known
  const verdict = isbot(userAgent)
  if (remembered.size >= MAX_REMEMBERED_AGENTS) remembered.clear()
  remembered.set(userAgent, verdict)
  return verdict
}
