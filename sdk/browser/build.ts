import { type BuildOptions, build } from 'esbuild'

/** What the build puts out: the script for `/e.js`, the ES module, and its types. */
export interface BrowserSdk {
  script: string
  module: string
}

const here = (file: string) => decodeURIComponent(new URL(file, import.meta.url).pathname)

const common: BuildOptions = {
  bundle: true,
  minify: true,
  write: false,
  target: ['es2022', 'chrome93', 'firefox92', 'safari15.4'],
  legalComments: 'none',
}

/** Bundles the SDK in memory: one immediately invoked script, and one ES module. */
export async function buildBrowserSdk(): Promise<BrowserSdk> {
  const [script, module] = await Promise.all([
    bundle({ ...common, entryPoints: [here('./script.ts')], format: 'iife' }),
    bundle({ ...common, entryPoints: [here('./module.ts')], format: 'esm' }),
  ])
  return { script, module }
}

async function bundle(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build(options)
  const text = outputFiles?.[0]?.text
  if (!text) throw new Error('esbuild put out nothing for the browser SDK')
  return text
}
