import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { deviceNode, emailNode, type Node, normalizedEmail, userNode } from './link.ts'

export type NamingEvent = Pick<CapturedEvent, 'type' | 'anonymousId' | 'userId' | 'previousId'> & {
  traits: Record<string, unknown> | null
}

/**
 * Every node of a person that one event names, an alias' previous id in both its readings. Accounts are
 * not persons and are left out.
 */
export function namedNodesOf(event: NamingEvent): Node[] {
  const { anonymousId, userId, previousId } = event
  const nodes: Node[] = []
  if (anonymousId !== null) nodes.push(deviceNode(anonymousId))
  if (userId !== null) nodes.push(userNode(userId))
  if (event.type === 'alias' && previousId !== null) {
    nodes.push(deviceNode(previousId), userNode(previousId))
  }
  const email = event.type === 'identify' ? normalizedEmail(event.traits?.email) : null
  if (email !== null) nodes.push(emailNode(email))
  return nodes
}
