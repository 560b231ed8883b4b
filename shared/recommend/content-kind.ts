import { z } from 'zod'
import { type PageKind, pageKind } from '#shared/features/page-kind.ts'

const PAGE_KINDS = [
  'pricing',
  'demo',
  'signup',
  'docs',
  'customers',
  'blog',
  'careers',
  'product',
] as const satisfies readonly PageKind[]

/** What a page is to somebody who looks for something to read; more than scoring needs to know. */
export const ContentKind = z.enum([...PAGE_KINDS, 'legal'])
export type ContentKind = z.infer<typeof ContentKind>

const LEGAL_SECTIONS: ReadonlySet<string> = new Set([
  'legal',
  'privacy',
  'privacy-policy',
  'terms',
  'terms-of-service',
  'imprint',
  'impressum',
  'cookies',
  'gdpr',
  'dpa',
])

/** Null where the path is of no known kind. */
export function contentKind(path: string): ContentKind | null {
  const segments = path.toLowerCase().split('/')
  return segments.some((segment) => LEGAL_SECTIONS.has(segment)) ? 'legal' : pageKind(path)
}
