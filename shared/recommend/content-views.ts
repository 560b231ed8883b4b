import { z } from 'zod'

/** How often one device viewed one page. */
export const ContentView = z.object({
  visitorId: z.string(),
  /** Who it is today, where that is known: a person's devices are one reader. */
  personId: z.string().nullable(),
  path: z.string(),
  views: z.number().int().positive(),
  /** Unix milliseconds. */
  lastViewedAt: z.number().int(),
})
export type ContentView = z.infer<typeof ContentView>

/** What a page called itself when it was last viewed. */
export const PageTitle = z.object({ path: z.string(), title: z.string(), at: z.number().int() })
export type PageTitle = z.infer<typeof PageTitle>

/** A page of a workspace's views, as the edge answers. */
export const ContentViewsPage = z.object({
  /** The workspace of the key. */
  workspace: z.string(),
  /** By visitor; of each the pages viewed last. */
  data: z.array(ContentView),
  titles: z.array(PageTitle),
  /** Visitors that were gone through; not all have viewed a page. */
  visitors: z.number().int(),
  /** `cursor` of the next page; null on the last. */
  next: z.string().nullable(),
})
export type ContentViewsPage = z.infer<typeof ContentViewsPage>
