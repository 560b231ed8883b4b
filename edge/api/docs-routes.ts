import { createRoute, z } from '@hono/zod-openapi'
import { MAX_REASON_CHARS, REASON_HEADER } from '#shared/audit/reason.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { describedOperations } from './described-operation.ts'
import { docsPage } from './docs-page.ts'
import { newNonce, pageCsp } from './security-headers.ts'

const DOCUMENT_INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Edgewise edge API',
    version: '1',
    description:
      'Capture, scores, decisions, visitors, events and sync of one workspace; the key names the workspace.',
  },
}

const Document = z.record(z.string(), z.unknown())

const documentRoute = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'openApiDocument',
  tags: ['Operations'],
  summary: 'This API as an OpenAPI 3.1 document',
  ...guarded('public'),
  responses: {
    200: {
      description: 'The document',
      content: { 'application/json': { schema: Document } },
    },
  },
})

const pageRoute = createRoute({
  method: 'get',
  path: '/docs',
  operationId: 'docs',
  tags: ['Operations'],
  summary: 'This API as a page to read',
  ...guarded('public'),
  responses: {
    200: { description: 'The page', content: { 'text/html': { schema: z.string() } } },
  },
})

/** `/openapi.json` from the same schemas that the routes parse with, and a page to read it. Public. */
export function docsRoutes(all: ApiApp): ApiApp {
  all.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A write key (public: capture and decisions) or a secret key',
  })
  const app = apiApp()
  app.openapi(documentRoute, (c) => c.json(Document.parse(documentOf(all)), 200))
  app.openapi(pageRoute, async (c) => {
    const nonce = newNonce()
    c.header('content-security-policy', pageCsp(nonce))
    const operations = describedOperations(documentOf(all))
    return c.html(await docsPage(DOCUMENT_INFO.info, operations, nonce), 200)
  })
  return app
}

type OpenApiDocument = ReturnType<ApiApp['getOpenAPI31Document']>

function documentOf(all: ApiApp): OpenApiDocument {
  const document = all.getOpenAPI31Document(DOCUMENT_INFO)
  for (const item of Object.values(document.paths ?? {})) {
    for (const method of METHODS_THAT_CHANGE) {
      const operation = item[method]
      // What is not recorded takes no reason.
      if (operation && /^(?!capture).+:(write|export)$/.test(operation['x-permission'])) {
        operation.parameters = [...(operation.parameters ?? []), REASON_PARAMETER]
      }
    }
  }
  return document
}

const METHODS_THAT_CHANGE = ['post', 'put', 'patch', 'delete'] as const

const REASON_PARAMETER = {
  name: REASON_HEADER,
  in: 'header' as const,
  required: false,
  description: `Why, for the audit log: percent-encoded UTF-8, at most ${MAX_REASON_CHARS} characters.`,
  schema: { type: 'string' as const },
}
