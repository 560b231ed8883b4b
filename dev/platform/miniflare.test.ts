import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { SMALL_GROWTH } from './miniflare.ts'

test('the pinned Miniflare still has the constant that is enlarged as it is loaded', async () => {
  const path = createRequire(import.meta.url).resolve('miniflare')
  expect(path.replaceAll('\\', '/')).toMatch(/\/miniflare\/dist\/src\/index\.js$/)
  expect((await readFile(path, 'utf8')).split(SMALL_GROWTH)).toHaveLength(2)
})
