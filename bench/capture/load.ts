import { Pool } from 'undici'

export interface LoadResult {
  requests: number
  failed: number
  seconds: number
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/**
 * A closed loop of `connections` clients, bounded in count and time. Latencies are of this loop, so
 * compare them within a run only.
 */
export async function closedLoop(
  origin: string,
  options: { connections: number; requests: number; maxSeconds: number },
  requestOf: (index: number) => { path: string; headers: Record<string, string>; body: string },
): Promise<LoadResult> {
  const pool = new Pool(origin, { connections: options.connections, pipelining: 1 })
  const latencies: number[] = []
  let next = 0
  let failed = 0
  const started = performance.now()
  const deadline = started + options.maxSeconds * 1000
  const client = async () => {
    while (next < options.requests && performance.now() < deadline) {
      const { path, headers, body } = requestOf(next++)
      const sent = performance.now()
      try {
        const answer = await pool.request({ path, method: 'POST', headers, body })
        await answer.body.dump()
        if (answer.statusCode !== 200) failed++
      } catch {
        failed++
      }
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: options.connections }, client))
  const seconds = (performance.now() - started) / 1000
  await pool.close()
  latencies.sort((a, b) => a - b)
  return {
    requests: latencies.length,
    failed,
    seconds,
    perSecond: latencies.length / seconds,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  }
}
