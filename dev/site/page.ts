import type { Markup } from './html.ts'

/** One page of the demo site. */
export interface Page {
  title: string
  description: string
  body: Markup
}

/** What visitors can download. */
export const CHECKLIST_FILE = '/downloads/morning-checklist.txt'

/** Pages by path. */
export type Pages = Record<string, Page>
