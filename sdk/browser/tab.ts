import { randomId } from './visitor.ts'

const TAB_KEY = 'ew_tab'

/**
 * The name of this tab's queue. A page takes it out of session storage while it lives and puts it
 * back as it goes, so that the next page in the tab carries on at once, while a duplicated tab
 * (browsers copy session storage) finds nothing and gets a name of its own.
 */
export function takeTab(): string {
  try {
    const tab = sessionStorage.getItem(TAB_KEY)
    sessionStorage.removeItem(TAB_KEY)
    return tab ?? randomId()
  } catch {
    return randomId()
  }
}

export function returnTab(tab: string): void {
  try {
    sessionStorage.setItem(TAB_KEY, tab)
  } catch {
    // Without session storage another page adopts the queue after a minute.
  }
}
