import { z } from 'zod'

/** The counters over the page. Days begin at midnight of this computer's time zone. */
export const Overview = z.object({
  /** Without what had happened more than an hour before it arrived. */
  eventsLast15Minutes: z.number(),
  /** The same per minute of the last hour, oldest first, 60 entries. */
  perMinute: z.array(z.number()),
  today: z.object({
    accepted: z.number(),
    bot: z.number(),
    duplicate: z.number(),
    rejected: z.number(),
    quarantined: z.number(),
  }),
  leads: z.number(),
  knownLeads: z.number(),
  gradeA: z.number(),
  /** Events held on this computer (the raw window is bounded; leads are complete). */
  heldEvents: z.number(),
  /** Seconds since the replica last held everything the edge had; null before the first time. */
  lagSeconds: z.number().nullable(),
})
export type Overview = z.infer<typeof Overview>
