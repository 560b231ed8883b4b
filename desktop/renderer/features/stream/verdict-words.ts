import type { StreamItem, StreamVerdict } from '#rpc/stream.ts'
import type { BadgeTone } from '../../ui/Badge.tsx'

/** How a verdict is called and coloured. */
export const VERDICT_WORDS: Record<StreamVerdict, { label: string; tone: BadgeTone }> = {
  accepted: { label: 'Accepted', tone: 'good' },
  bot: { label: 'Bot', tone: 'neutral' },
  duplicate: { label: 'Duplicate', tone: 'info' },
  rejected: { label: 'Rejected', tone: 'bad' },
  quarantined: { label: 'Quarantined', tone: 'warning' },
}

const TYPE_WORDS: Record<string, string> = {
  page: 'Page view',
  screen: 'Screen view',
  track: 'Event',
  identify: 'Identified',
  group: 'Joined a company',
  alias: 'Linked identities',
}

/** What happened, in a few words: the event's name, or that of the page, or the kind of call. */
export const eventTitle = (item: {
  type: string | null
  name: string | null
  title: string | null
  path: string | null
}): string => {
  const kind = item.type === null ? 'Event' : (TYPE_WORDS[item.type] ?? item.type)
  if (item.type === 'page' || item.type === 'screen') {
    return `Viewed ${item.name ?? item.title ?? item.path ?? 'a page'}`
  }
  return item.name ?? kind
}

/** Who did it: the person's name, or that of the device. */
export const whoOf = (item: Pick<StreamItem, 'leadName' | 'visitorId'>): string =>
  item.leadName ?? (item.visitorId === null ? 'No visitor' : visitorName(item.visitorId))

const WHOLE_ID_LETTERS = 12
const ID_TAIL_LETTERS = 6

/** A device nobody has named: the end of its id, because ids of one kind begin alike. */
export const visitorName = (visitorId: string): string =>
  `Visitor ${visitorId.length <= WHOLE_ID_LETTERS ? visitorId : visitorId.slice(-ID_TAIL_LETTERS)}`
