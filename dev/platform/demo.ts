import { DEMO_SLOTS } from '#dev/site/demo-slots.ts'
import { sendHistory, sendLiveTraffic, sendOlderHistory } from '#dev/traffic/demo-traffic.ts'

export interface DemoTarget {
  edge: string
  site: string
  writeKey: string
  secretKey: string
}

/** Slots of the demo site and thirty days of visits; repeating it changes nothing. */
export async function seedDemo(target: DemoTarget, signal: AbortSignal): Promise<number> {
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${target.edge}${path}`, {
      method,
      headers: { authorization: `Bearer ${target.secretKey}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    })
    if (!answer.ok)
      throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
  }
  for (const slot of DEMO_SLOTS) await call('PUT', `/api/v1/slots/${slot.key}`, slot)
  await call('POST', '/api/v1/slots/publish')
  const { edge, site, writeKey } = target
  const delivery = await sendHistory({ edge, site, writeKey, signal })
  return delivery.sent
}

/** The visits before the thirty days. @param days how far back they go */
export async function addOlderVisits(
  { edge, site, writeKey }: DemoTarget,
  days: number,
  signal: AbortSignal,
): Promise<void> {
  await sendOlderHistory({ edge, site, writeKey, signal }, days)
}

/** A gentle stream of demo visits until aborted. */
export async function runDemoTraffic(target: DemoTarget, signal: AbortSignal): Promise<void> {
  const { edge, site, writeKey } = target
  try {
    await sendLiveTraffic({ edge, site, writeKey, signal })
  } catch (error) {
    if (!signal.aborted) console.error(`Demo traffic stopped: ${String(error)}`)
  }
}
