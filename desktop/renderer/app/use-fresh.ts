import { useEffect } from 'react'
import { useStore } from 'zustand'
import { useConsoleStores } from './console-stores.ts'

/**
 * Fetches when the page is opened, and whenever the back end is there again.
 *
 * @param everyMs also as often as this; not at all by default
 */
export const useFresh = (refresh: () => Promise<void>, everyMs?: number): void => {
  const isOpen = useStore(useConsoleStores().connection, ({ link }) => link.name === 'open')
  useEffect(() => {
    if (!isOpen) return
    void refresh()
    if (everyMs === undefined) return
    const timer = setInterval(() => void refresh(), everyMs)
    return () => clearInterval(timer)
  }, [refresh, isOpen, everyMs])
}
