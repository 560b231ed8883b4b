import { expect, test } from 'vitest'
import { buildBrowserSdk } from './build.ts'

const MAX_GZIP_BYTES = 5 * 1024

test('the script stays within 5 KB gzipped, and the module exports its one function', async () => {
  const { script, module } = await buildBrowserSdk()
  const gzipped = new Blob([script]).stream().pipeThrough(new CompressionStream('gzip'))
  const bytes = (await new Response(gzipped).arrayBuffer()).byteLength
  console.info(`e.js: ${script.length} bytes, ${bytes} gzipped`)
  expect(bytes).toBeLessThanOrEqual(MAX_GZIP_BYTES)
  expect(script).toMatch(/\(\(\)=>\{/)
  expect(module).toMatch(/export\{\w+ as createEdgewise\}/)
})
