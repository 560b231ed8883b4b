import { createServer } from 'node:net'
import { StartError } from './options.ts'

const HOST = '127.0.0.1'

/**
 * 0 is left to the part that listens: a port that was free a moment ago may be another's by then.
 *
 * @throws StartError when something else listens there
 */
export async function claimPort(port: number, what: string): Promise<number> {
  if (port === 0) return 0
  try {
    await probe(port)
    return port
  } catch {
    throw new StartError(
      `Port ${port} for ${what} is taken; free it, or choose another with --port N (0 = any free).`,
    )
  }
}

function probe(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, HOST, () => server.close(() => resolve()))
  })
}
