/** Addresses that people type or find printed, and where on the edge's own host they lead. */
const DOORS: ReadonlySet<string> = new Set(['/', '/docs/'])

/** The way to the API's page; null where the address is none of these. */
export function frontDoor(method: string, path: string): Response | null {
  if ((method !== 'GET' && method !== 'HEAD') || !DOORS.has(path)) return null
  return new Response(null, { status: 302, headers: { location: '/docs' } })
}
