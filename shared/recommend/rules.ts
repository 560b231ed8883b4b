import { z } from 'zod'
import { MAX_PATH_CHARS } from './body.ts'
import { ContentKind } from './content-kind.ts'

const MAX_LIMIT = 20
const MAX_PATTERNS = 50

/** What may be recommended, whatever somebody's taste. */
export const RecommendRules = z.strictObject({
  /** Recommendations at most. */
  limit: z.number().int().min(1).max(MAX_LIMIT).default(5),
  /** Pages that the visitor saw within so many days are left out; 0 leaves none out. */
  seenWithinDays: z.number().min(0).max(3_650).default(90),
  /** A path, or the beginning of paths followed by `*`. */
  excludePaths: z.array(z.string().min(1).max(MAX_PATH_CHARS)).max(MAX_PATTERNS).default([]),
  excludeKinds: z.array(ContentKind).default(['careers', 'legal']),
  /** So many of one kind come first; more of it only where nothing else is left. */
  perKind: z.number().int().min(1).max(MAX_LIMIT).default(3),
})
export type RecommendRules = z.infer<typeof RecommendRules>

/** Whether one of the patterns names the path. */
export function isExcludedPath(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern,
  )
}
