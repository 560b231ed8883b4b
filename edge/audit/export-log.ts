import type { ExportLine, ExportStretch } from '#shared/audit/export-lines.ts'
import type { AnchorAnswer } from './anchor.ts'
import { anchoredEntries, spread, storedAnchors } from './anchor-files.ts'
import type { AnchorKeys } from './anchor-keys.ts'
import { type AuditStore, storedHead } from './append.ts'
import { chainRows } from './chain-rows.ts'
import { stretchOfTime } from './stretch.ts'
import type { TimeRange } from './time-range.ts'

/** What an export is made of. */
export interface LogToExport {
  workspaceId: string
  store: AuditStore
  bucket: R2Bucket
  keys: Pick<AnchorKeys, 'publicKeys'>
  /** What came of signing the newest entry, just now. */
  anchored: AnchorAnswer
}

/**
 * The log as NDJSON, read and sent a page at a time, up to the head that is signed with it. A log that is
 * broken is exported too: it is what an investigation begins with.
 *
 * @param range the entries of a time, with the anchors along them; null for the whole log
 */
export async function exportLog(
  log: LogToExport,
  range: TimeRange | null,
): Promise<ReadableStream<Uint8Array>> {
  const { workspaceId, store, keys, anchored } = log
  const publicKeys = await keys.publicKeys()
  const signed = anchored.kind === 'anchored' ? anchored : null
  const part = range && (await partOfTime(log, range))
  const upTo = part?.upTo ?? signed?.head.seq ?? (await storedHead(store, workspaceId)).seq
  async function* lines(): AsyncGenerator<ExportLine> {
    const keysSaid = publicKeys.map(({ kty, crv, x }) => ({ kty, crv, x }))
    const stretch = part?.stretch
    yield { kind: 'chain', workspaceId, keys: keysSaid, ...(stretch && { stretch }) }
    const after = stretch?.after?.seq ?? 0
    for await (const entry of chainRows(store, after, upTo)) yield { kind: 'entry', entry }
    const isSigned = signed?.head.seq === upTo
    yield { kind: 'head', seq: upTo, anchor: isSigned ? signed.jws : null }
  }
  return ndjson(lines())
}

async function partOfTime(
  { workspaceId, store, bucket }: LogToExport,
  range: TimeRange,
): Promise<{ stretch: ExportStretch; upTo: number }> {
  const { from = null, to = null } = range
  const found = await stretchOfTime(store, range)
  if (!found) return { stretch: { from, to, after: null, anchors: [] }, upTo: 0 }
  const { after, upTo } = found
  const later = await anchoredEntries(bucket, workspaceId, after?.seq ?? 0)
  const along = spread(later.filter((seq) => seq <= upTo))
  const anchors = (await storedAnchors(bucket, workspaceId, along)).map(({ jws }) => jws)
  return { stretch: { from, to, after, anchors }, upTo }
}

function ndjson(lines: AsyncGenerator<ExportLine>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`))
    },
    async cancel() {
      await lines.return(undefined)
    },
  })
}
