import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ENTRY = new URL('../../edge/identity/passkeys/passkey-page.ts', import.meta.url)

/** The script of `/sign-in/passkey.js`, for browsers that have passkeys at all. */
export async function buildPasskeyPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(ENTRY)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2022', 'chrome93', 'firefox92', 'safari15.4'],
    legalComments: 'none',
  })
  const text = outputFiles[0]?.text
  if (!text) throw new Error('esbuild put out nothing for the page of passkeys')
  return text
}
