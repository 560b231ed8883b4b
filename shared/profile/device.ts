import { z } from 'zod'

export const DEVICE_KINDS = ['desktop', 'mobile', 'tablet'] as const

/** What the latest event says about the device it came from. */
export const Device = z.object({
  kind: z.enum(DEVICE_KINDS).nullable(),
  locale: z.string().nullable(),
  timezone: z.string().nullable(),
})
export type Device = z.infer<typeof Device>

const MAX_FACT_CHARS = 40

/** Reads the device out of a client's context; null where it says nothing of it. */
export function deviceOf(context: Record<string, unknown>): Device | null {
  const { userAgent, locale, timezone } = context
  const kind = typeof userAgent === 'string' ? kindOf(userAgent) : null
  const device = { kind, locale: fact(locale), timezone: fact(timezone) }
  return device.kind || device.locale || device.timezone ? device : null
}

/** Tablets first: an iPad and most Android tablets also speak of mobile systems. */
function kindOf(userAgent: string): Device['kind'] {
  const android = userAgent.includes('Android')
  const mobile = userAgent.includes('Mobile')
  if (userAgent.includes('iPad') || (android && !mobile)) return 'tablet'
  if (mobile || android || userAgent.includes('iPhone')) return 'mobile'
  return userAgent.startsWith('Mozilla/') ? 'desktop' : null
}

function fact(value: unknown): string | null {
  return typeof value === 'string' && value ? value.slice(0, MAX_FACT_CHARS) : null
}
