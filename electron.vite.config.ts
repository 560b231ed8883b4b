import { fileURLToPath } from 'node:url'
import { defineConfig } from 'electron-vite'
import { rendererConfig } from './renderer.config.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** PGlite finds its WebAssembly beside its own file, so it is packaged as it is. */
const PACKAGED_AS_IS = ['@electric-sql/pglite']

const { configFile: _, ...renderer } = rendererConfig(here('dist/electron/renderer'))

export default defineConfig({
  main: {
    build: {
      outDir: 'dist/electron/main',
      externalizeDeps: { include: PACKAGED_AS_IS },
      rollupOptions: {
        // The back end is an entry of its own: it runs in a process of its own.
        input: {
          index: here('desktop/main/index.ts'),
          backend: here('desktop/backend/utility.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'dist/electron/preload',
      // A sandboxed preload can require nothing, so it is one CommonJS file with all it needs.
      externalizeDeps: false,
      isolatedEntries: true,
      rollupOptions: {
        input: { index: here('desktop/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    ...renderer,
    build: { ...renderer.build, rollupOptions: { input: here('desktop/renderer/index.html') } },
  },
})
