/// <reference types="vite/client" />

/** What the Electron preload puts on the window; absent in a browser. */
interface Window {
  readonly edgewiseBridge?: { requestPort(): void }
}
