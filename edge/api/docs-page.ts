import { html } from 'hono/html'
import type { DescribedOperation, Field } from './described-operation.ts'

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#dfe3ea, #2b313c); --dim: light-dark(#596270, #9aa4b2);
  --accent: light-dark(#2f5bd7, #8fb0ff); --raised: light-dark(#f6f7f9, #191d25) }
* { box-sizing: border-box }
body { font: 15px/1.6 system-ui, sans-serif; max-width: 920px; margin: 0 auto; padding: 3rem 1.5rem 6rem;
  background: light-dark(#fff, #12151b); color: light-dark(#171a21, #e8ebf0) }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem }
h3 { font-size: .8rem; font-weight: 600; color: var(--dim); margin: 1.25rem 0 .25rem }
a { color: var(--accent) }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1rem }
.dim { color: var(--dim) }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0 }
details[open] { background: var(--raised) }
summary { cursor: pointer; list-style: none; padding: .6rem .9rem; display: grid; align-items: baseline;
  grid-template-columns: 3.5rem minmax(14rem, auto) 1fr; gap: .15rem .9rem; border-radius: 8px }
summary::-webkit-details-marker { display: none }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.method { font-weight: 700; color: var(--accent) }
.inside { padding: 0 .9rem 1rem }
.inside p { margin: .25rem 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
td { padding: .3rem 1rem .3rem 0; vertical-align: top; border-top: 1px solid var(--line) }
tr:first-child td { border-top: 0 }
td:first-child { width: 12rem } td:nth-child(2):not(:last-child) { width: 13rem }
@media (max-width: 640px) { summary { grid-template-columns: 3.5rem 1fr } summary .dim { grid-column: 2 }
  td:first-child { width: auto } }
`

/**
 * A page to read the API on: every operation with what it takes and answers, grouped by tag.
 *
 * @param nonce lets its style apply under the page's policy
 */
export function docsPage(
  info: { title: string; description: string },
  operations: readonly DescribedOperation[],
  nonce: string,
) {
  const tags = [...new Set(operations.map(({ tag }) => tag))]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<h1>${info.title}</h1>
<p class="dim">${info.description}</p>
<p>Send a key as <code>Authorization: Bearer …</code> or as Basic user name without password. A write key
(<code>ewk_…</code>) is public and may capture and decide; everything else takes a secret key
(<code>esk_…</code>). Refusals are <code>application/problem+json</code> with a <code>code</code> and the
<code>next</code> step.</p>
<nav>${tags.map((tag) => html`<a href="#${tag}">${tag}</a>`)}<a href="/openapi.json">openapi.json</a></nav>
${tags.map(
  (tag) => html`<h2 id="${tag}">${tag}</h2>
${operations.filter((operation) => operation.tag === tag).map(section)}`,
)}
</body>
</html>`
}

function section(operation: DescribedOperation) {
  const { id, method, path, summary, description, permission, parameters, body, answer } = operation
  return html`<details id="${id}">
<summary><code class="method">${method}</code><code>${path}</code><span class="dim">${prose(summary)}</span></summary>
<div class="inside">
${description ? html`<p>${prose(description)}</p>` : ''}
<p class="dim">${
    permission === 'public'
      ? 'Public: takes no key'
      : html`Permission <code>${permission}</code>, carried by ${operation.keys}`
  }</p>
${fields('Parameters', parameters)}${fields('Body', body)}${fields('Answer', answer)}
<h3>Status</h3>
<div class="wide"><table>${operation.responses.map(
    ([status, text]) => html`<tr><td><code>${status}</code></td><td>${prose(text)}</td></tr>`,
  )}</table></div>
</div>
</details>`
}

function fields(title: string, list: readonly Field[]) {
  if (list.length === 0) return ''
  return html`<h3>${title}</h3>
<div class="wide"><table>${list.map(
    ({ name, type, isRequired, description }) => html`<tr><td><code>${name}</code></td>
<td><code>${type}</code>${isRequired ? '' : html` <span class="dim">optional</span>`}</td>
<td>${prose(description)}</td></tr>`,
  )}</table></div>`
}

/** Descriptions mark code with backticks, as OpenAPI's Markdown does. */
function prose(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}
