/** A visitor without an event for this long leaves its object; the store brings it back. */
export const PROFILE_IDLE_MS = 30 * 86_400_000
