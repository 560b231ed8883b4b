import { useSyncExternalStore } from 'react'

export const PAGES = ['live', 'models'] as const
export type PageName = (typeof PAGES)[number]

/** Where the reader is, by the address after #; anything else there is the live page. */
export const pageOf = (hash: string): PageName =>
  PAGES.find((page) => hash === `#${page}`) ?? 'live'

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}

export const usePage = (): PageName =>
  useSyncExternalStore(subscribe, () => pageOf(window.location.hash))
