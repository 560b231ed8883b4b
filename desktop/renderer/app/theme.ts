import { createStore } from 'zustand/vanilla'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const STORAGE_KEY = 'edgewise.theme'

const stored = (): Theme => {
  const text = localStorage.getItem(STORAGE_KEY)
  return THEMES.find((theme) => theme === text) ?? 'system'
}

/** The tokens in ui/tokens.css look at this attribute; `system` follows the computer. */
const show = (theme: Theme): void => {
  document.documentElement.dataset.theme = theme
}

export const themeStore = createStore<{ theme: Theme; next: () => void }>((set, get) => ({
  theme: stored(),
  next: () => {
    const theme = THEMES[(THEMES.indexOf(get().theme) + 1) % THEMES.length] ?? 'system'
    localStorage.setItem(STORAGE_KEY, theme)
    show(theme)
    set({ theme })
  },
}))

show(themeStore.getState().theme)
