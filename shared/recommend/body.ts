import { z } from 'zod'
import { ContentKind } from './content-kind.ts'

export const MAX_ITEMS = 2_000
export const MAX_FACTORS = 64
export const MAX_NEIGHBOURS = 20
/** Profiles cut longer paths. */
export const MAX_PATH_CHARS = 200
export const MAX_TITLE_CHARS = 200
/** Of the body as JSON; an isolate holds some of them in its 128 MB. */
export const MAX_BODY_BYTES = 1_000_000

const count = z.number().int().nonnegative()
const share = z.number().min(0).max(1)

/** How well one way of recommending found what visitors read next, of those that were kept aside. */
export const RankingFigures = z.object({
  /** Share of visitors whose next page was among the first ten. */
  recallAt10: share,
  /** The same, worth less the further down it stood (1 / log2(1 + place)). */
  ndcgAt10: share,
  /** Share of items that were among the first ten of anybody. */
  coverage: share,
})
export type RankingFigures = z.infer<typeof RankingFigures>

export const RecommendedItem = z.object({
  path: z.string().min(1).max(MAX_PATH_CHARS),
  title: z.string().min(1).max(MAX_TITLE_CHARS).nullable(),
  kind: ContentKind.nullable(),
  /** Decayed views, a share of the most popular item's. */
  popularity: share,
})
export type RecommendedItem = z.infer<typeof RecommendedItem>

/** An item by its place in the list, and how alike the two are. */
const Neighbour = z.tuple([count, z.number().gt(0).max(1)])

/** It names a file in the bucket. */
export const RecommendationVersion = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'Use lower-case letters, digits, dots and dashes.')

/** Everything that is needed to recommend content of one workspace; never changed once it is published. */
export const RecommendationBody = z
  .strictObject({
    format: z.literal(1),
    version: RecommendationVersion,
    trainedOn: z.object({
      /** Persons where they are known, else devices. */
      visitors: count,
      views: count,
      /** Unix milliseconds of the first and last view. */
      from: z.number().int(),
      to: z.number().int(),
    }),
    /** Null where too few visitors could be kept aside to measure. */
    figures: z
      .object({
        heldOut: count,
        popularity: RankingFigures,
        itemToItem: RankingFigures,
        factors: RankingFigures,
        /** What is served: factors or items by how much is known of somebody. */
        served: RankingFigures,
      })
      .nullable(),
    halfLifeDays: z.number().positive(),
    items: z.array(RecommendedItem).min(1).max(MAX_ITEMS),
    factors: z.object({
      order: z.number().int().min(1).max(MAX_FACTORS),
      /** Base64 of little-endian float32, [items × order]. */
      items: z.base64(),
      unobservedWeight: z.number().positive(),
      regularisation: z.number().positive(),
      /** From so many viewed pages on factors recommend, below it items by their neighbours; null: never. */
      fromViews: z.number().int().min(1).nullable(),
    }),
    /** Of each item the most alike, the most alike first. */
    neighbours: z.array(z.array(Neighbour).max(MAX_NEIGHBOURS)),
  })
  .refine(({ items }) => new Set(items.map(({ path }) => path)).size === items.length, {
    message: 'Two items have one path.',
    path: ['items'],
  })
  .refine(({ items, neighbours }) => neighbours.length === items.length, {
    message: 'There must be a list of neighbours for each item.',
    path: ['neighbours'],
  })
  .refine(
    ({ items, neighbours }) =>
      neighbours.every((list, own) => list.every(([item]) => item < items.length && item !== own)),
    { message: 'A neighbour is no other item of the list.', path: ['neighbours'] },
  )
  .refine(({ items, factors }) => byteLength(factors.items) === items.length * factors.order * 4, {
    message: 'The factors are not items × order numbers of four bytes.',
    path: ['factors'],
  })
export type RecommendationBody = z.infer<typeof RecommendationBody>

/** Bytes that a text in base64 stands for. */
function byteLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return (base64.length / 4) * 3 - padding
}

/** The shipped numbers, little-endian whatever the machine. */
export function encodeFactors(factors: Float64Array): string {
  const bytes = new Uint8Array(factors.length * 4)
  const view = new DataView(bytes.buffer)
  factors.forEach((value, n) => {
    view.setFloat32(n * 4, value, true)
  })
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** @throws where one of them is not finite, which a schema cannot see */
export function decodeFactors(base64: string): Float32Array {
  const binary = atob(base64)
  const view = new DataView(new ArrayBuffer(binary.length))
  for (let n = 0; n < binary.length; n++) view.setUint8(n, binary.charCodeAt(n))
  const factors = new Float32Array(binary.length / 4)
  for (let n = 0; n < factors.length; n++) factors[n] = view.getFloat32(n * 4, true)
  if (factors.every(Number.isFinite)) return factors
  throw new RangeError('A factor is not a finite number.')
}
