import { afterAnswer } from './delivery.ts'
import { type EventQueue, type QueuedEvent, TAB_TIMEOUT_MS } from './event-queue.ts'

/** Calls made in one go travel in one request. */
const GATHER_MS = 150

export interface Answer {
  /** 0: there was none. */
  status: number
  retryAfter: string | null
}

export interface SenderParts {
  queue: EventQueue
  post: (batch: QueuedEvent[]) => Promise<Answer>
  /** Hands a batch to the browser as the page closes; false when the browser will not take it. */
  beacon: (batch: QueuedEvent[]) => boolean
  /** Called once, when the edge refuses what can never succeed. */
  warn: (status: number) => void
}

export interface Sender {
  /** Sends within a moment. */
  soon(): void
  /** Sends now, even if a retry is still waiting. */
  now(): void
  /** The page may be closing for good: what is left goes out by beacon. */
  leave(): void
}

/** Sends the queue in order, one request at a time, and repeats until the edge has it. */
export function createSender({ queue, post, beacon, warn }: SenderParts): Sender {
  let timer: ReturnType<typeof setTimeout> | undefined
  let underWay: QueuedEvent[] | null = null
  let failures = 0
  let warned = false

  function now(): void {
    clearTimeout(timer)
    timer = undefined
    if (underWay) return
    const batch = queue.head()
    if (batch.length === 0) return
    underWay = batch
    queue.keep(TAB_TIMEOUT_MS)
    post(batch).then((answer) => {
      underWay = null
      settle(batch, answer)
    })
  }

  function settle(batch: QueuedEvent[], { status, retryAfter }: Answer): void {
    const next = afterAnswer(status, retryAfter, failures, Math.random())
    if (next.kind === 'retry') {
      failures++
      queue.keep(next.delayMs + TAB_TIMEOUT_MS)
      timer ??= setTimeout(now, next.delayMs)
      return
    }
    failures = 0
    queue.remove(batch)
    if (next.kind === 'drop' && !warned) {
      warned = true
      warn(status)
    }
    now()
  }

  return {
    soon() {
      if (!underWay) timer ??= setTimeout(now, GATHER_MS)
    },
    now,
    leave() {
      // A beacon's answer is never seen. While the edge answers, trust it; otherwise keep the events
      // for the next page. What is under way stays too: its answer will not be seen either, and a
      // repetition does no harm.
      if (failures > 0) return
      const skip = underWay?.length
      for (let batch = queue.head(skip); batch.length > 0; batch = queue.head(skip)) {
        if (!beacon(batch)) return
        queue.remove(batch)
      }
    },
  }
}
