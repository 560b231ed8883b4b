import { createEdgewise as create } from './client.ts'

/** The entry of the ES module; its types are those of `index.d.ts`. */
export const createEdgewise: typeof import('./index.d.ts').createEdgewise = create
