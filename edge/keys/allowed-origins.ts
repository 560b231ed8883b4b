import { z } from 'zod'

const MAX_ORIGINS = 50
const MAX_ORIGIN_CHARS = 300

/** As browsers write them in the header Origin (RFC 6454 section 7): lower case, no path, no usual port. */
const Origin = z
  .string()
  .max(MAX_ORIGIN_CHARS)
  .refine(
    (text) => /^https?:\/\//.test(text) && URL.parse(text)?.origin === text,
    'must be an origin such as https://shop.example, in lower case and without a path',
  )

/** From where browsers may use a key; null for anywhere. */
export const AllowedOrigins = z.array(Origin).max(MAX_ORIGINS).nullable()
export type AllowedOrigins = Readonly<z.infer<typeof AllowedOrigins>>

/** @param column JSON of the control database. What cannot be read lets no browser pass. */
export function allowedOriginsIn(column: string | null): AllowedOrigins {
  if (column === null) return null
  try {
    return AllowedOrigins.catch([]).parse(JSON.parse(column))
  } catch {
    return []
  }
}
