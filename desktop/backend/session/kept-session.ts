import { z } from 'zod'

/** What the edge says of the person, as `GET /api/v1/me` answers it. */
export const Me = z.object({
  userId: z.string(),
  sessionId: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string(),
  workspace: z.object({ id: z.string(), name: z.string() }),
  permissions: z.array(z.object({ permission: z.string(), confirm: z.boolean() })),
})
export type Me = z.infer<typeof Me>

/** What outlives the process: enough to open without a network. */
export const KeptSession = z.object({
  version: z.literal(1),
  edgeOrigin: z.string(),
  refreshToken: z.string(),
  me: Me,
})
export type KeptSession = z.infer<typeof KeptSession>

/** @returns null for what is damaged, or of another edge: then somebody signs in again */
export function readKept(text: string | null, edgeOrigin: string): KeptSession | null {
  if (text === null) return null
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return null
  }
  const read = KeptSession.safeParse(raw)
  return read.success && read.data.edgeOrigin === edgeOrigin ? read.data : null
}
