import { z } from 'zod'

/** A line on a phone. */
export const MAX_GIVEN_NAME_CHARS = 60

/** Control characters, line breaks, half characters, and what turns the direction of the text around it. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
/** Spaces and joiners alone are nothing that anybody could tell a device by. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/** What somebody calls a device or a passkey of their own. */
export const GivenName = z
  .string()
  .trim()
  .normalize('NFC')
  .max(MAX_GIVEN_NAME_CHARS)
  .refine((name) => VISIBLE.test(name) && !UNFIT.test(name), {
    message: 'needs something to see, and no control characters',
  })
