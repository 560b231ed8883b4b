const STORAGE_KEY = 'edgewise.console-token'

export type TokenPlaces = {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>
  history: Pick<History, 'replaceState'>
  storage: Pick<Storage, 'getItem' | 'setItem'>
}

/**
 * The token of this tab: from the address on the first visit, after that from the tab's own storage.
 * It is taken out of the address at once, so that it is not copied along with a link.
 */
export const takeAccessToken = ({ location, history, storage }: TokenPlaces): string | null => {
  const fragment = new URLSearchParams(location.hash.slice(1))
  const given = fragment.get('token')
  if (given === null) return storage.getItem(STORAGE_KEY)
  storage.setItem(STORAGE_KEY, given)
  history.replaceState(null, '', location.pathname + location.search)
  return given
}
