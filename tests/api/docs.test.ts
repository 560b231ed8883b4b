import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { launchChromium } from '#tests/browser/chromium.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { OpenApiDocument } from './operations.ts'

let platform: TestPlatform
let document: OpenApiDocument

beforeAll(async () => {
  platform = await startTestPlatform()
  document = OpenApiDocument.parse(await (await fetch(`${platform.edge.url}/openapi.json`)).json())
})

afterAll(() => platform.stop())

/** Every value below a key of this name, wherever it stands. */
function valuesOf(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(value, key),
  ])
}

/** What OpenAPI 3.1 demands of the parts that this API uses. */
const Reference = z.strictObject({ $ref: z.string().startsWith('#/components/') })
const MediaTypes = z.record(
  z.string().regex(/^\w+\/[\w+.-]+$/),
  z.looseObject({ schema: z.looseObject({}) }),
)
const Parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['query', 'path', 'header', 'cookie']),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: z.looseObject({}),
})
const StrictOperation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  tags: z.array(z.string()).min(1),
  summary: z.string().min(5),
  description: z.string().optional(),
  'x-permission': z.string(),
  security: z.array(z.strictObject({ key: z.array(z.never()) })),
  parameters: z.array(z.union([Parameter, Reference])).optional(),
  requestBody: z.strictObject({ required: z.boolean().optional(), content: MediaTypes }).optional(),
  responses: z
    .record(
      z.string().regex(/^[1-5]\d\d$/),
      z.strictObject({ description: z.string().min(2), content: MediaTypes.optional() }),
    )
    .refine((responses) =>
      ['101', '200', '201', '202', '204'].some((status) => status in responses),
    ),
})

describe('the API document', () => {
  test('is OpenAPI 3.1 in its structure', () => {
    z.strictObject({
      openapi: z.string().regex(/^3\.1\.\d+$/),
      info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
      paths: z.record(
        z.string().startsWith('/'),
        z.partialRecord(z.enum(['get', 'put', 'post', 'delete', 'patch']), StrictOperation),
      ),
      components: z.strictObject({
        schemas: z.record(z.string().regex(/^[\w.-]+$/), z.looseObject({})),
        parameters: z.record(z.string(), z.unknown()).optional(),
        securitySchemes: z.strictObject({
          key: z.strictObject({
            type: z.literal('http'),
            scheme: z.literal('bearer'),
            description: z.string(),
          }),
        }),
      }),
      webhooks: z.strictObject({}).optional(),
    }).parse(document)
  })

  test('refers only to what it has', () => {
    const references = valuesOf(document, '$ref').map(String)
    expect(references.length).toBeGreaterThan(20)
    const missing = references.filter((reference) => {
      const steps = reference.replace(/^#\//, '').split('/')
      let node: unknown = document
      for (const step of steps) {
        node = typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined
      }
      return node === undefined
    })
    expect(missing).toEqual([])
  })

  test('names each operation once, and the parameters that stand in its path', () => {
    const names = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    )
    expect(new Set(names).size).toBe(names.length)
    for (const [path, item] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const operation of Object.values(item)) {
        const parameters = z.array(Parameter).parse(operation.parameters ?? [])
        const declared = parameters.filter((parameter) => parameter.in === 'path')
        expect(declared.map(({ name }) => name)).toEqual(inPath)
        expect(declared.every(({ required }) => required === true)).toBe(true)
      }
    }
  })

  test('says of every guarded operation that it may answer 401 and 503', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (operation['x-permission'] === 'public') continue
        const { responses } = StrictOperation.parse(operation)
        expect(Object.keys(responses), `${method} ${path}`).toEqual(
          expect.arrayContaining(['401', '503']),
        )
      }
    }
  })
})

test('the page shows every operation, and what it takes when opened, in a browser', async () => {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(`${platform.edge.url}/docs`)
    const operations = Object.values(document.paths).flatMap((item) => Object.keys(item))
    expect(await page.locator('details').count()).toBe(operations.length)
    const events = page.locator('#listEvents')
    await events.locator('summary').click()
    const text = (await events.textContent()) ?? ''
    for (const word of [
      'events:read',
      'messageId',
      'verdict',
      'accepted | bot',
      'data[].receivedAt',
      'cursor',
      '401',
    ]) {
      expect(text).toContain(word)
    }
    expect(await page.getByText('undefined').count()).toBe(0)
    // Nothing sticks out sideways, also on a phone.
    for (const width of [1100, 390]) {
      await page.setViewportSize({ width, height: 900 })
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      expect(overflow).toBe(0)
    }
    expect(errors).toEqual([])
    if (process.env.DOCS_SCREENSHOT) {
      await page.setViewportSize({ width: 1100, height: 900 })
      await page.locator('#score summary').click()
      await page.screenshot({ path: process.env.DOCS_SCREENSHOT, fullPage: true })
    }
  } finally {
    await browser.close()
  }
})
