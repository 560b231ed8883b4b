import { contextBridge, ipcRenderer } from 'electron'
import { PORT_CHANNEL, REQUEST_PORT_CHANNEL } from '#rpc/shell-channels.ts'

/** The one bridge: the page may ask for a port to the back end, and gets it as a window message. */

contextBridge.exposeInMainWorld('edgewiseBridge', {
  requestPort: (): void => ipcRenderer.send(REQUEST_PORT_CHANNEL),
})

// A port cannot cross the context bridge; a message to the own window can carry it.
ipcRenderer.on(PORT_CHANNEL, (event) => {
  postToPage(PORT_CHANNEL, event.ports)
})

/** `window.postMessage` of the page; this file is checked without the browser's types. */
const postToPage = (message: string, ports: readonly unknown[]): void => {
  const post: unknown = Reflect.get(globalThis, 'postMessage')
  const origin: unknown = Reflect.get(Reflect.get(globalThis, 'location'), 'origin')
  if (typeof post === 'function') post.call(globalThis, message, origin, ports)
}
