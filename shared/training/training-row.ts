import { z } from 'zod'

/**
 * By what time an event counts as known at a moment: when it was received, or when it happened. The first is
 * what a score would have seen; the second is for events that were imported as history.
 */
export const KnownBy = z.enum(['received', 'occurred'])
export type KnownBy = z.infer<typeof KnownBy>

/** What was known of one visitor at a moment, and what came of it. */
export const TrainingRow = z.object({
  visitorId: z.string(),
  /** Unix milliseconds. */
  at: z.number().int(),
  /** Every feature of the registry; null where it is unknown. */
  features: z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.null()])),
  /** Whether the person, on any device, converted within the outcome window after the moment. */
  converted: z.boolean(),
})
export type TrainingRow = z.infer<typeof TrainingRow>

/** A page of a workspace's training rows, as the edge answers. */
export const TrainingRowsPage = z.object({
  /** The workspace of the key. */
  workspace: z.string(),
  /** Of the feature registry that made the features. */
  featureHash: z.string(),
  knownBy: KnownBy,
  /** Outcomes are known up to here, Unix milliseconds; the same for all pages of a walk. */
  asOf: z.number().int(),
  /** By visitor, each visitor's in the order of time. */
  data: z.array(TrainingRow),
  /** Visitors that the page went through; not all have rows. */
  visitors: z.number().int(),
  /** Their events that were read, bots left out. */
  events: z.number().int(),
  /** Of these, received more than a day after they occurred. */
  eventsReceivedLate: z.number().int(),
  /** Visitors with more events than are read; they have rows only up to the last one read. */
  visitorsCut: z.number().int(),
  /** `cursor` of the next page; null on the last. */
  next: z.string().nullable(),
})
export type TrainingRowsPage = z.infer<typeof TrainingRowsPage>
