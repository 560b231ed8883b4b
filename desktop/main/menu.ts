import type { MenuItemConstructorOptions } from 'electron'

/** The application menu: the system's own items, and developer tools only while developing. */
export const menuTemplate = (options: {
  isMac: boolean
  isPackaged: boolean
}): MenuItemConstructorOptions[] => [
  ...(options.isMac ? [{ role: 'appMenu' as const }] : []),
  { role: 'fileMenu' },
  { role: 'editMenu' },
  {
    label: 'View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...(options.isPackaged
        ? []
        : [{ role: 'reload' as const }, { role: 'toggleDevTools' as const }]),
    ],
  },
  { role: 'windowMenu' },
]
