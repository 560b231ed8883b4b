import type { CapturedEvent } from '#shared/events/captured-event.ts'

/** The track call that is the outcome scores predict. Never an input of a feature. */
export const CONVERSION_EVENT = 'Trial Started'

const CONVERSION = CONVERSION_EVENT.toLowerCase()

const FORM_EVENTS = new Set([
  'form submitted',
  'form submit',
  'demo requested',
  'contact requested',
  'newsletter subscribed',
])

const KEY_EVENTS = new Set([
  'content downloaded',
  'video played',
  'webinar registered',
  'pricing calculated',
  'docs copied',
  'chat started',
])

type NamedEvent = Pick<CapturedEvent, 'type' | 'name'>

/** Whether this event is the conversion (`Trial Started`, whatever its case). */
export function isConversion(event: NamedEvent): boolean {
  return event.type === 'track' && event.name?.trim().toLowerCase() === CONVERSION
}

/**
 * What a track call says about a buyer: a form sent, a key event (content, video, webinar …), the
 * conversion, or nothing we count. By name, whatever its case.
 */
export function trackKind(name: string | null): 'form' | 'key' | 'conversion' | null {
  if (!name) return null
  const lower = name.trim().toLowerCase()
  if (FORM_EVENTS.has(lower)) return 'form'
  if (KEY_EVENTS.has(lower)) return 'key'
  return lower === CONVERSION ? 'conversion' : null
}
