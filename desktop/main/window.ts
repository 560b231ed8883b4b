import { join } from 'node:path'
import { BrowserWindow, type BrowserWindowConstructorOptions, shell } from 'electron'
import { APP_URL } from './app-origin.ts'
import { decideNavigation } from './navigation.ts'

/** The page gets no Node, no Electron and no way around the sandbox. */
export const WINDOW_SECURITY = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  webSecurity: true,
  webviewTag: false,
} as const satisfies BrowserWindowConstructorOptions['webPreferences']

const openOutside = (url: string): void => {
  if (decideNavigation(url) === 'open_outside') void shell.openExternal(url)
}

/** Opens the console's window; it appears once there is something to see. */
export const openWindow = (): BrowserWindow => {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 760,
    minHeight: 560,
    show: false,
    title: 'Edgewise',
    webPreferences: {
      ...WINDOW_SECURITY,
      preload: join(import.meta.dirname, '../preload/index.cjs'),
    },
  })
  const { webContents } = window
  webContents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
  const keepInside = (details: { url: string; preventDefault: () => void }): boolean => {
    const stays = decideNavigation(details.url) === 'stay'
    if (!stays) details.preventDefault()
    return stays
  }
  webContents.on('will-navigate', (details) => {
    if (!keepInside(details)) openOutside(details.url)
  })
  webContents.on('will-redirect', keepInside)
  webContents.on('will-frame-navigate', keepInside)
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  window.once('ready-to-show', () => window.show())
  void window.loadURL(APP_URL)
  return window
}
