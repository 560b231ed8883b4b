import type { ConnectionState } from '#rpc/connection-state.ts'
import type { LinkState } from './console-link.ts'
import { ago, clockTime, span } from './time-words.ts'

export type Tone = 'good' | 'busy' | 'warning' | 'bad'

export type ConnectionWords = {
  tone: Tone
  label: string
  /** A banner over the page, for what lasts or needs somebody. */
  banner: { title: string; text: string; retry: boolean } | null
}

/** Short gaps are no news: the word "offline" comes after this long. */
const OFFLINE_GRACE_MS = 5000

/** The edge is asked every two seconds; a longer silence is one, though the pull has not given up yet. */
const SILENCE_MS = 10_000

/** What the chip says, and the banner where there is more to say. */
export const connectionWords = (
  link: LinkState,
  connection: ConnectionState | null,
  now: number,
): ConnectionWords => {
  if (link.name === 'refused') {
    // The page says the rest in place of its content.
    return { tone: 'bad', label: 'No access', banner: null }
  }
  if (link.name === 'lost') {
    return {
      tone: 'bad',
      label: 'Console stopped',
      banner: {
        title: 'The console’s back end is not running.',
        text: 'What you see stays; this page comes back by itself when it runs again.',
        retry: false,
      },
    }
  }
  if (connection === null) return { tone: 'busy', label: 'Connecting…', banner: null }
  return stateWords(connection, now)
}

const stateWords = (state: ConnectionState, now: number): ConnectionWords => {
  switch (state.name) {
    case 'connecting':
      return { tone: 'busy', label: 'Connecting…', banner: null }
    case 'synced':
      return now - state.lastSyncedAt < SILENCE_MS
        ? { tone: 'good', label: `Synced ${ago(state.lastSyncedAt, now)}`, banner: null }
        : {
            tone: 'warning',
            label: `No answer for ${span(now - state.lastSyncedAt)}`,
            banner: null,
          }
    case 'catching_up': {
      const rows = state.pulled === 0 ? '' : ` – ${state.pulled.toLocaleString('en')} rows so far`
      return { tone: 'busy', label: `Catching up${rows}`, banner: null }
    }
    case 'offline':
      return offlineWords(state, now)
    case 'refused':
      return needsSomebody('Key refused', state)
    case 'update_needed':
      return needsSomebody('Update needed', state)
    case 'failed':
      return needsSomebody('Sync stopped', state)
  }
}

const offlineWords = (
  state: Extract<ConnectionState, { name: 'offline' }>,
  now: number,
): ConnectionWords => {
  const isShort = now - state.since < OFFLINE_GRACE_MS
  if (isShort && state.lastSyncedAt !== null && now - state.lastSyncedAt < SILENCE_MS) {
    return { tone: 'busy', label: 'Reconnecting…', banner: null }
  }
  const from =
    state.lastSyncedAt === null
      ? 'no data yet'
      : `showing data from ${clockTime(state.lastSyncedAt, now)}`
  const text =
    state.lastSyncedAt === null
      ? 'Leads and events appear as soon as it answers. It is asked again by itself.'
      : 'You can go on reading, searching and filtering. It is asked again by itself.'
  return {
    tone: 'warning',
    label: `Offline – ${from}`,
    banner: { title: state.reason, text, retry: true },
  }
}

const needsSomebody = (
  label: string,
  { reason, next }: { reason: string; next: string },
): ConnectionWords => ({ tone: 'bad', label, banner: { title: reason, text: next, retry: true } })
