import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** How the console's page is built, for a browser and for Electron alike. */
export const rendererConfig = (outDir: string): InlineConfig => ({
  configFile: false,
  root: here('desktop/renderer'),
  // Relative addresses work under app:// and under http://127.0.0.1 alike.
  base: './',
  plugins: [react()],
  build: {
    outDir,
    emptyOutDir: true,
    // The content security policy knows no data: URLs for scripts, styles or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // Said because electron-vite's own default is not to.
    minify: true,
  },
})

/**
 * Builds the page for a browser, by default into `dist/renderer`; answers the folder. It is always the
 * production build: Vite looks at NODE_ENV, which a test has set otherwise.
 */
export const buildRenderer = async (outDir = here('dist/renderer')): Promise<string> => {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await build({ ...rendererConfig(outDir), logLevel: 'warn' })
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
  return outDir
}
