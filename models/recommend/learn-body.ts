import { createHash } from 'node:crypto'
import {
  encodeFactors,
  MAX_BODY_BYTES,
  MAX_ITEMS,
  MAX_PATH_CHARS,
  MAX_TITLE_CHARS,
  RecommendationBody,
} from '#shared/recommend/body.ts'
import { contentKind } from '#shared/recommend/content-kind.ts'
import { fitIals, type IalsOptions } from './ials.ts'
import { itemToItem } from './item-to-item.ts'
import { popularity } from './popularity.ts'
import { RecommenderError } from './recommender-error.ts'
import { byText, type ReaderView, viewMatrix } from './view-matrix.ts'

export interface LearningOptions extends IalsOptions {
  halfLifeDays: number
  /** Of each page at most. */
  neighbours: number
}

/** What is learnt from, beside options. */
export interface Lesson {
  views: readonly ReaderView[]
  /** Pages that may be recommended. */
  paths: readonly string[]
  titles: ReadonlyMap<string, string>
}

/** A body before it was measured, without its version, which is of its content. */
export type UnnamedBody = Omit<RecommendationBody, 'version'>

/** What fewer read is of chance, or a page of their own that is nobody else's business. */
const LEAST_READERS_A_PAGE = 5
/** The body is text: digits beyond change no order and double its size. */
const DIGITS = 4

/** Learns factors, neighbours and popularity; nothing is measured yet. */
export function learnBody({ views, paths, titles }: Lesson, options: LearningOptions): UnnamedBody {
  const { halfLifeDays, neighbours, order, unobservedWeight, regularisation } = options
  const to = views.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY)
  const from = views.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY)
  const matrix = viewMatrix(views, paths, { now: to, halfLifeDays })
  const popular = popularity(matrix)
  return {
    format: 1,
    trainedOn: {
      visitors: matrix.readers.length,
      views: views.reduce((sum, { views: times }) => sum + times, 0),
      from,
      to,
    },
    figures: null,
    halfLifeDays,
    items: matrix.paths.map((path, place) => ({
      path,
      title: titles.get(path)?.slice(0, MAX_TITLE_CHARS).toWellFormed() || null,
      kind: contentKind(path),
      popularity: rounded(popular[place] ?? 0),
    })),
    factors: {
      order,
      items: encodeFactors(fitIals(matrix, options).pages),
      unobservedWeight,
      regularisation,
      fromViews: null,
    },
    neighbours: itemToItem(matrix, neighbours).map((list) =>
      list.flatMap(([page, similarity]): [number, number][] =>
        rounded(similarity) > 0 ? [[page, rounded(similarity)]] : [],
      ),
    ),
  }
}

const rounded = (value: number): number => Number(value.toFixed(DIGITS))

/** Pages that several readers viewed, those that most did where there are too many. */
export function recommendable(views: readonly ReaderView[]): string[] {
  const readers = new Map<string, number>()
  for (const { path } of views) readers.set(path, (readers.get(path) ?? 0) + 1)
  return [...readers]
    .filter(([path, count]) => count >= LEAST_READERS_A_PAGE && path.length <= MAX_PATH_CHARS)
    .sort((a, b) => b[1] - a[1] || byText(a[0], b[0]))
    .slice(0, MAX_ITEMS)
    .map(([path]) => path)
    .sort(byText)
}

/**
 * Gives a body its version: the same content has the same.
 *
 * @throws RecommenderError where an edge would not take it
 */
export function named(body: UnnamedBody): RecommendationBody {
  const day = new Date(body.trainedOn.to).toISOString().slice(0, 10).replaceAll('-', '')
  const print = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 8)
  const whole = RecommendationBody.parse({ ...body, version: `content-${day}-${print}` })
  const bytes = Buffer.byteLength(JSON.stringify(whole))
  if (bytes <= MAX_BODY_BYTES) return whole
  throw new RecommenderError(
    'too_large',
    `The recommendations of ${whole.items.length} pages take ${bytes} bytes; ${MAX_BODY_BYTES} are served.`,
    'Learn from fewer pages: shorter paths and titles help too.',
  )
}
