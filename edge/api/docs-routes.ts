import { createRoute, z } from '@hono/zod-openapi'
import { html } from 'hono/html'
import { type ApiApp, apiApp, guarded } from './api-app.ts'

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
  app.openapi(pageRoute, async (c) => c.html(await page(documentOf(all)), 200))
  return app
}

type OpenApiDocument = ReturnType<ApiApp['getOpenAPI31Document']>

function documentOf(all: ApiApp): OpenApiDocument {
  return all.getOpenAPI31Document(DOCUMENT_INFO)
}

interface Operation {
  method: string
  path: string
  summary: string
  description: string
  permission: string
  responses: [status: string, description: string][]
}

function operationsOf(document: OpenApiDocument): Map<string, Operation[]> {
  const byTag = new Map<string, Operation[]>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(
      item as Record<string, Record<string, unknown>>,
    )) {
      const tag = (operation.tags as string[] | undefined)?.[0] ?? 'Other'
      const list = byTag.get(tag) ?? []
      list.push({
        method: method.toUpperCase(),
        path,
        summary: String(operation.summary ?? ''),
        description: String(operation.description ?? ''),
        permission: String(operation['x-permission'] ?? ''),
        responses: Object.entries(
          (operation.responses ?? {}) as Record<string, { description?: string }>,
        ).map(([status, response]) => [status, response.description ?? '']),
      })
      byTag.set(tag, list)
    }
  }
  return byTag
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#dfe3ea, #2b313c); --dim: light-dark(#5b6472, #9aa4b2); }
body { font: 15px/1.6 system-ui, sans-serif; max-width: 880px; margin: 3rem auto; padding: 0 1.5rem;
  background: light-dark(#fff, #12151b); color: light-dark(#171a21, #e8ebf0); }
h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { margin-top: 2.5rem; font-size: 1.15rem }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; padding: .6rem .9rem }
summary { cursor: pointer; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap }
code { font: 13px ui-monospace, monospace } .method { font-weight: 700; min-width: 3.2rem }
.dim { color: var(--dim); font-size: .9rem } table { border-collapse: collapse; margin: .5rem 0 } td { padding: .15rem 1rem .15rem 0; vertical-align: top }
`

function page(document: OpenApiDocument) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Edgewise edge API</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Edgewise edge API</h1>
<p class="dim">${DOCUMENT_INFO.info.description} <a href="/openapi.json">openapi.json</a></p>
${[...operationsOf(document)].map(
  ([tag, operations]) =>
    html`<h2>${tag}</h2>${operations.map(
      (operation) => html`<details>
<summary><code class="method">${operation.method}</code><code>${operation.path}</code><span class="dim">${operation.summary}</span></summary>
${operation.description ? html`<p>${operation.description}</p>` : ''}
<p class="dim">Permission: <code>${operation.permission || 'see description'}</code></p>
<table>${operation.responses.map(([status, text]) => html`<tr><td><code>${status}</code></td><td>${text}</td></tr>`)}</table>
</details>`,
    )}`,
)}
</body>
</html>`
}
