import { createEdgewise } from './client.ts'

/** The entry of `/e.js`: starts from its own script tag and replays the calls made before. */
const script = document.currentScript
const waiting = window.edgewise

if (script instanceof HTMLScriptElement && (!waiting || Array.isArray(waiting))) {
  const { writeKey, endpoint, forms, spa } = script.dataset
  if (writeKey) {
    const calls = waiting ?? []
    const edgewise = createEdgewise({
      writeKey,
      endpoint: endpoint || new URL(script.src).origin,
      forms: forms === 'auto' ? 'auto' : 'off',
      spa: spa !== undefined && spa !== 'off',
      autoPage: !calls.some((call) => Array.isArray(call) && call[0] === 'page'),
    })
    window.edgewise = edgewise
    edgewise.push(...calls)
  } else {
    console.warn('edgewise: the script tag has no data-write-key, so nothing is captured.')
  }
}
