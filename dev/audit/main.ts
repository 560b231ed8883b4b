import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { setTimeout as delay } from 'node:timers/promises'
import { askEdge } from '#models/platform/ask-edge.ts'
import { edgeAccess } from '#models/platform/edge-access.ts'
import { PlatformError } from '#models/platform/platform-error.ts'
import { breakSentence } from '#shared/audit/chain-break.ts'
import { HELP, parseCommand, UsageError, type VerifyCommand } from './command-line.ts'
import { ExportError, type ExportVerdict, verifyExport } from './verify-export.ts'

const EXIT_BROKEN = 1
const EXIT_UNTOLD = 2

async function opened(source: VerifyCommand['source']): Promise<Readable> {
  if (source.kind === 'file') return createReadStream(source.file)
  const env = source.key === undefined ? process.env : { EDGEWISE_SECRET_KEY: source.key }
  const access = await edgeAccess(source.url, source.url === undefined ? process.env : env)
  const effects = { fetch, wait: (ms: number) => delay(ms) }
  const answer = await askEdge(effects, access, '/api/v1/audit/export', { method: 'POST' })
  if (!answer.ok || !answer.body) {
    throw new PlatformError('refused', `The edge answered ${answer.status}.`, 'Is it up to date?')
  }
  return Readable.fromWeb(answer.body as ReadableStream)
}

function sentenceOfVerdict(verdict: ExportVerdict): string {
  if (verdict.kind === 'broken') return breakSentence(verdict.found)
  const { head, anchoredUpTo, stretch } = verdict
  if (head.seq === 0)
    return stretch ? 'Nothing is on record of this time.' : 'Nothing is on record yet.'
  const anchored =
    anchoredUpTo === null ? 'no anchor vouches for them' : `anchored up to entry ${anchoredUpTo}`
  if (stretch) {
    const first = (stretch.after?.seq ?? 0) + 1
    return `Entries ${first} to ${head.seq}, a part of the log, are as they were written; ${anchored}.`
  }
  return `All ${head.seq} entries are as they were written; ${anchored}.`
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(argv)
    if (command === 'help') {
      console.log(HELP)
      return 0
    }
    const kept = command.anchor === undefined ? [] : [await readFile(command.anchor, 'utf8')]
    const lines = createInterface({ input: await opened(command.source) })
    const verdict = await verifyExport(lines, kept)
    console.log(sentenceOfVerdict(verdict))
    return verdict.kind === 'broken' ? EXIT_BROKEN : 0
  } catch (error) {
    console.error(said(error))
    return EXIT_UNTOLD
  }
}

/** One sentence of what is foreseen; the rest is for whoever mends it. */
function said(error: unknown): string {
  if (error instanceof PlatformError) return `${error.message} ${error.next}`
  if (error instanceof UsageError || error instanceof ExportError) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return error.message
  throw error
}

process.exitCode = await main(process.argv.slice(2))
