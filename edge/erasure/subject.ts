import { z } from 'zod'
import {
  deviceNode,
  emailNode,
  type Node,
  normalizedEmail,
  userNode,
} from '#shared/identity/link.ts'
import type { StoreClient } from '../store/client.ts'

/** Whom an erasure is about, named in one way; the person behind it is erased whole. */
export const ErasureSubject = z
  .strictObject({
    visitorId: z.string().min(1).max(255).optional().describe('Exactly one of the three is given'),
    userId: z.string().min(1).max(255).optional().describe('As your systems call the person'),
    email: z
      .string()
      .max(255)
      .refine((text) => normalizedEmail(text) !== null, {
        message: 'This is not an e-mail address.',
      })
      .optional()
      .describe('In any case of letters'),
  })
  .refine((subject) => Object.values(subject).filter((id) => id !== undefined).length === 1, {
    message: 'Name the person in exactly one way: visitorId, userId or email.',
  })
export type ErasureSubject = z.infer<typeof ErasureSubject>

const READ_PERSON = `
SELECT n.node FROM identity_nodes own JOIN identity_nodes n ON n.person_id = own.person_id
WHERE own.node = ?`

/** The node that a subject names, and every other node of the same person. */
export async function nodesOfSubject(store: StoreClient, subject: ErasureSubject): Promise<Node[]> {
  const node = await nodeOfSubject(store, subject)
  const { rows } = await store.execute({ sql: READ_PERSON, args: [node] })
  return [...new Set([node, ...rows.map((row) => String(row.node))])]
}

async function nodeOfSubject(
  store: StoreClient,
  { visitorId, userId, email }: ErasureSubject,
): Promise<Node> {
  if (userId !== undefined) return userNode(userId)
  if (email !== undefined) return emailNode(normalizedEmail(email) ?? email)
  const id = visitorId ?? ''
  const { rows } = await store.execute({
    sql: 'SELECT node_kind FROM visitors WHERE visitor_id = ?',
    args: [id],
  })
  return rows[0]?.node_kind === 'u' ? userNode(id) : deviceNode(id)
}
