import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ConsoleError } from './console-error.ts'

export type ConsoleConfiguration = {
  dataDir: string
  edgeUrl: string
  /** For automation; null where a person signs in. */
  secretKey: string | null
  port: number
  rendererDir: string | null
}

export const USAGE = `Usage: node desktop/backend/main.ts --data-dir DIR --edge URL [--port N]

  --data-dir DIR      where the console keeps its replica
  --edge URL          the edge to pull from; https, or http on this computer
  --port N            port on 127.0.0.1; 0, the default, takes any free one
  --renderer DIR      the built renderer (default: dist/renderer)

People sign in with the browser. With EDGEWISE_SECRET_KEY in the environment nobody has to.`

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']

/** Tokens and keys travel with every pull, so they are only sent encrypted or to this very computer. */
export const isSafeEdgeUrl = (text: string): boolean => {
  const url = URL.parse(text)
  if (url === null) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname))
}

const Port = z.coerce.number().int().min(0).max(65_535)

/**
 * Reads command line and environment. The key comes by the environment alone: arguments can be seen
 * by every user of the computer.
 *
 * @throws ConsoleError `configuration`, naming what is missing or wrong.
 */
export const readConfiguration = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ConsoleConfiguration => {
  const values = parse(args)
  const port = Port.safeParse(values.port ?? '0')
  const secretKey = env.EDGEWISE_SECRET_KEY
  if (values['data-dir'] === undefined) throw wrong('--data-dir is missing.')
  if (values.edge === undefined) throw wrong('--edge is missing.')
  if (!isSafeEdgeUrl(values.edge)) {
    throw wrong('--edge must be an https address, or an http address on this computer.')
  }
  if (!port.success) throw wrong('--port must be a number from 0 to 65535.')
  return {
    dataDir: values['data-dir'],
    edgeUrl: values.edge,
    secretKey: secretKey || null,
    port: port.data,
    rendererDir: values.renderer ?? null,
  }
}

const parse = (args: readonly string[]) => {
  try {
    const text = { type: 'string' } as const
    const options = { 'data-dir': text, edge: text, port: text, renderer: text }
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : 'The command line cannot be read.')
  }
}

const wrong = (message: string): ConsoleError => new ConsoleError('configuration', message, USAGE)
