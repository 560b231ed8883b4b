import { buildRenderer } from './renderer.ts'
import { buildWorker } from './worker.ts'

/** What `wrangler deploy` and the console need: the scripts that the Worker serves, and the console's page. */
await buildWorker()
console.log('dist/worker   the Worker, as wrangler deploy makes it')
console.log('dist/sdk      the browser SDK, which the Worker serves as /e.js')
await buildRenderer()
console.log('dist/renderer the page of the console')
