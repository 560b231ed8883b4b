import { useSyncExternalStore } from 'react'

export const PAGES = ['live', 'models', 'people', 'keys', 'sign-in', 'audit'] as const
export type PageName = (typeof PAGES)[number]

/** Without it a page has nothing to show; the edge would refuse each question. */
export const PAGE_NEEDS: Record<PageName, string> = {
  live: 'sync:read',
  models: 'models:read',
  people: 'members:read',
  keys: 'keys:read',
  'sign-in': 'sign-in:read',
  audit: 'audit:read',
}

/** Where the reader is, by the address after #; anything else there is the live page. */
export const pageOf = (hash: string): PageName =>
  PAGES.find((page) => hash === `#${page}`) ?? 'live'

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}

export const usePage = (): PageName =>
  useSyncExternalStore(subscribe, () => pageOf(window.location.hash))
