import type { ExportLine } from '#shared/audit/export-lines.ts'
import type { AnchorAnswer } from './anchor.ts'
import type { AnchorKeys } from './anchor-keys.ts'
import { type AuditStore, storedHead } from './append.ts'
import { chainRows } from './chain-rows.ts'

/**
 * The whole log as NDJSON, read and sent a page at a time, up to the head that is signed with it. A log
 * that is broken is exported too: it is what an investigation begins with.
 */
export async function exportLog(
  workspaceId: string,
  store: AuditStore,
  keys: Pick<AnchorKeys, 'publicKeys'>,
  anchored: AnchorAnswer,
): Promise<ReadableStream<Uint8Array>> {
  const publicKeys = await keys.publicKeys()
  const signed = anchored.kind === 'anchored' ? anchored : null
  const seq = signed?.head.seq ?? (await storedHead(store, workspaceId)).seq
  async function* lines(): AsyncGenerator<ExportLine> {
    const keysSaid = publicKeys.map(({ kty, crv, x }) => ({ kty, crv, x }))
    yield { kind: 'chain', workspaceId, keys: keysSaid }
    for await (const entry of chainRows(store, 0, seq)) yield { kind: 'entry', entry }
    yield { kind: 'head', seq, anchor: signed?.jws ?? null }
  }
  return ndjson(lines())
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
