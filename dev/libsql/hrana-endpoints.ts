import type { z } from 'zod'
import { runCursor } from './batch.ts'
import type { Databases } from './database.ts'
import { ConnectionCut, type Fault, type Faults, StepGate } from './faults.ts'
import { HttpFailure, json, type Reply, text } from './http-reply.ts'
import { type RequestContext, runRequest } from './pipeline.ts'
import type { cursorBody, HranaVersion, pipelineBody, StreamRequest } from './protocol.ts'
import type { Stream } from './stream.ts'
import type { StreamRegistry } from './stream-registry.ts'

/** What the endpoints of one server share. */
export type HranaService = {
  databases: Databases
  streams: StreamRegistry
  maxResponseCharacters: number
  faults: Faults | undefined
}

/** One HTTP request to a pipeline or cursor endpoint. */
export type HranaCall<Body> = {
  database: string
  version: HranaVersion
  body: Body
  /** Aborted when the client is gone before its answer. */
  gone: AbortSignal
}

/** Runs the requests of a pipeline in order and answers all of their results at once. */
export async function answerPipeline(
  service: HranaService,
  call: HranaCall<z.output<typeof pipelineBody>>,
): Promise<Reply> {
  const { requests } = call.body
  const { baton, result } = await onStream(service, call, requests, async (stream, context) => {
    const results: string[] = []
    for (const request of requests) results.push(await runRequest(stream, request, context))
    return results
  })
  return json(`{"baton":${baton},"base_url":null,"results":[${result.join(',')}]}`)
}

/** Runs a cursor's batch and answers a line of JSON for each of its entries. */
export async function answerCursor(
  service: HranaService,
  call: HranaCall<z.output<typeof cursorBody>>,
): Promise<Reply> {
  const { batch } = call.body
  const { baton, result } = await onStream(
    service,
    call,
    [{ type: 'batch', batch }],
    (stream, context) => runCursor(stream, batch, context),
  )
  return text(`${[`{"baton":${baton},"base_url":null}`, ...result].join('\n')}\n`)
}

/**
 * Works on the call's stream, which ends here when the work fails, a fault cuts it or the client
 * goes away: nobody has a baton for it then, so its transaction could only block others.
 * @returns the work's result and the next baton as JSON.
 */
async function onStream<Result>(
  service: HranaService,
  call: HranaCall<{ baton?: string | null }>,
  requests: readonly StreamRequest[],
  work: (stream: Stream, context: RequestContext) => Promise<Result>,
): Promise<{ baton: string; result: Result }> {
  const fault = await faultOf(service, call.database, requests)
  const context = {
    version: call.version,
    gate: new StepGate(fault),
    maxResponseCharacters: service.maxResponseCharacters,
  }
  const entry = service.streams.acquire(service.databases.get(call.database), call.body.baton)
  const discard = () => service.streams.discard(entry)
  call.gone.addEventListener('abort', discard, { once: true })
  try {
    const result = await work(entry.stream, context)
    if (fault.kind === 'cut_after_commit' || fault.kind === 'cut_before_step') {
      throw new ConnectionCut()
    }
    return { baton: JSON.stringify(service.streams.release(entry)), result }
  } catch (error) {
    discard()
    throw error
  } finally {
    call.gone.removeEventListener('abort', discard)
  }
}

async function faultOf(
  service: HranaService,
  database: string,
  requests: readonly StreamRequest[],
): Promise<Fault> {
  const fault = (await service.faults?.onRequest(database, requests)) ?? { kind: 'pass' }
  if (fault.kind === 'refuse') {
    throw new HttpFailure(503, 'The server refuses this request.', 'UNAVAILABLE')
  }
  return fault
}
