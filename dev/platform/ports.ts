import { createServer } from 'node:net'
import { StartError } from './options.ts'

const HOST = '127.0.0.1'

/** @throws StartError when something else listens there */
export async function claimPort(port: number, what: string): Promise<number> {
  try {
    return await probe(port)
  } catch {
    throw new StartError(
      `Port ${port} for ${what} is taken; free it, or choose another with --port N (0 = any free).`,
    )
  }
}

function probe(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, HOST, () => {
      const address = server.address()
      const taken = typeof address === 'object' && address ? address.port : port
      server.close(() => resolve(taken))
    })
  })
}
