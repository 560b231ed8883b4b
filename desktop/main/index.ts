import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  net,
  protocol,
  safeStorage,
  session,
} from 'electron'
import { REQUEST_PORT_CHANNEL } from '#rpc/shell-channels.ts'
import { APP_SCHEME, APP_SECURITY_HEADERS, appFile } from './app-origin.ts'
import { type BackendProcess, startBackendProcess } from './backend-process.ts'
import { menuTemplate } from './menu.ts'
import { isTrustedSender } from './navigation.ts'
import { sessionFile } from './session-file.ts'
import { readSettings } from './settings.ts'
import { openWindow } from './window.ts'

/** The Electron shell: one window, one back end, and as few rights as possible. */

const RENDERER_DIR = join(import.meta.dirname, '../renderer')

const serveApp = async (request: Request): Promise<Response> => {
  const file = appFile(RENDERER_DIR, request.url)
  if (file === null) return new Response('Not found', { status: 404 })
  const response = await net.fetch(pathToFileURL(file).href).catch(() => null)
  if (response === null) return new Response('Not found', { status: 404 })
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(APP_SECURITY_HEADERS)) headers.set(name, value)
  return new Response(response.body, { status: response.status, headers })
}

const showFirstWindow = (): void => {
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) {
    openWindow()
    return
  }
  if (window.isMinimized()) window.restore()
  window.focus()
}

const stopWith = (title: string, text: string): void => {
  dialog.showErrorBox(title, text)
  app.quit()
}

const run = async (): Promise<void> => {
  await app.whenReady()
  const settings = readSettings(process.env)
  if (settings === null) {
    stopWith(
      'Edgewise is not connected to an edge.',
      'Set EDGEWISE_EDGE_URL to its address and start it again.',
    )
    return
  }
  // The page needs no camera, no place, no notifications: every request and every check is a no.
  session.defaultSession.setPermissionRequestHandler((_page, _permission, answer) => answer(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
  protocol.handle(APP_SCHEME, serveApp)
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate({ isMac: process.platform === 'darwin', isPackaged: app.isPackaged }),
    ),
  )

  const dataDir = join(app.getPath('userData'), 'console')
  const file = sessionFile(join(app.getPath('userData'), 'session.sealed'), safeStorage)
  const backend = startBackendProcess({
    start: () => ({ t: 'start', dataDir, ...settings, session: file.load() }),
    keep: (session) => file.keep(session),
    onFailure: stopWith,
  })
  ipcMain.on(REQUEST_PORT_CHANNEL, ({ sender, senderFrame }) => {
    const from =
      senderFrame === null
        ? null
        : { url: senderFrame.url, isTopFrame: senderFrame === sender.mainFrame }
    if (isTrustedSender(from)) backend.connect(sender)
  })
  openWindow()
  app.on('second-instance', showFirstWindow)
  app.on('activate', showFirstWindow)
  quitAfter(backend)
}

/** Quitting waits until the replica is closed. */
const quitAfter = (backend: BackendProcess): void => {
  let stopped = false
  app.on('before-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    void backend.stop().then(() => {
      stopped = true
      app.quit()
    })
  })
}

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit()
})

// Also for windows that anybody adds later.
app.enableSandbox()

if (app.requestSingleInstanceLock()) {
  // The scheme has to be known before the app is ready.
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
  void run()
} else {
  app.quit()
}
