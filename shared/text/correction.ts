import { z } from 'zod'

/** A person's word on what a message meant. */
export const Correction = z.object({
  text: z.string().min(1),
  /** One of the model's intents, or {@link OUT_OF_SCOPE}. */
  intent: z.string().min(1),
  /** Who said so: an id, not a name. */
  agent: z.string().min(1),
  /** When, Unix milliseconds. */
  at: z.number().int().nonnegative(),
})
export type Correction = z.infer<typeof Correction>

/** Stands for "none of the intents" where a message's intent is named. */
export const OUT_OF_SCOPE = 'other'
