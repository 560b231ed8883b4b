/** The position of an event in event time. The message id settles equal times. */
export type EventOrder = { at: number; messageId: string }

/** True when `a` is later than `b`: the one total order by which "latest" is meant everywhere. */
export function isAfter(a: EventOrder, b: EventOrder): boolean {
  return a.at > b.at || (a.at === b.at && a.messageId > b.messageId)
}
