import { z } from 'zod'

/**
 * The JSON side of Hrana over HTTP, versions 2 and 3: what a client may send.
 * Source: libSQL's HRANA_2 and HRANA_3 specifications. Values are turned into what the engine
 * binds while they are parsed, so nothing behind this file sees the wire form.
 */

/** A value as the embedded engine takes and gives it; `bigint` is INTEGER, `number` is REAL. */
export type SqlValue = null | bigint | number | string | Uint8Array

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/, 'an integer is sent as a decimal string')
  .transform((digits) => BigInt(digits))
  .refine((value) => value >= INT64_MIN && value <= INT64_MAX, 'the integer exceeds 64 bits')

const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'a blob is sent as base64, padded or not')
  .transform((text): Uint8Array => Buffer.from(text, 'base64'))

const value = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('null') }),
    z.object({ type: z.literal('integer'), value: int64 }),
    z.object({ type: z.literal('float'), value: z.number() }),
    z.object({ type: z.literal('text'), value: z.string() }),
    z.object({ type: z.literal('blob'), base64 }),
  ])
  .transform((wire): SqlValue => {
    switch (wire.type) {
      case 'null':
        return null
      case 'blob':
        return wire.base64
      default:
        return wire.value
    }
  })

const sqlId = z.int32()

/** `sql` or `sql_id`, never both; which of them is checked where the stored texts are known. */
const sqlReference = { sql: z.string().nullish(), sql_id: sqlId.nullish() }

const statement = z.object({
  ...sqlReference,
  args: z.array(value).nullish(),
  named_args: z.array(z.object({ name: z.string(), value })).nullish(),
  want_rows: z.boolean().nullish(),
})
export type Statement = z.infer<typeof statement>

const stepIndex = z.int().nonnegative()

export type BatchCondition =
  | { type: 'ok' | 'error'; step: number }
  | { type: 'not'; cond: BatchCondition }
  | { type: 'and' | 'or'; conds: BatchCondition[] }
  | { type: 'is_autocommit' }

const condition: z.ZodType<BatchCondition> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.enum(['ok', 'error']), step: stepIndex }),
    z.object({ type: z.literal('not'), cond: condition }),
    z.object({ type: z.enum(['and', 'or']), conds: z.array(condition) }),
    z.object({ type: z.literal('is_autocommit') }),
  ]),
)

const batch = z.object({
  steps: z.array(z.object({ condition: condition.nullish(), stmt: statement })),
})
export type Batch = z.infer<typeof batch>

const streamRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('execute'), stmt: statement }),
  z.object({ type: z.literal('batch'), batch }),
  z.object({ type: z.literal('sequence'), ...sqlReference }),
  z.object({ type: z.literal('describe'), ...sqlReference }),
  z.object({ type: z.literal('store_sql'), sql_id: sqlId, sql: z.string() }),
  z.object({ type: z.literal('close_sql'), sql_id: sqlId }),
  z.object({ type: z.literal('get_autocommit') }),
  z.object({ type: z.literal('close') }),
])
/** One request of a pipeline. */
export type StreamRequest = z.infer<typeof streamRequest>

const baton = z.string().nullish()

export const pipelineBody = z.object({ baton, requests: z.array(streamRequest) })
export const cursorBody = z.object({ baton, batch })

/** Version 3 adds `get_autocommit`, the `is_autocommit` condition and cursors. */
export type HranaVersion = 2 | 3

/** What a request of a pipeline, a step of a batch or a whole HTTP request answers on failure. */
export type HranaError = { message: string; code: string }
