import { z } from 'zod'
import { BREAK_KINDS } from '#shared/audit/chain-break.ts'
import type { EdgeTarget } from '#tests/platform/edge-client.ts'

const Verdict = z.looseObject({
  verdict: z.enum(['whole', 'broken']),
  sentence: z.string(),
  broken: z.object({ kind: z.enum(BREAK_KINDS), seq: z.number() }).nullable(),
  upTo: z.number().nullable(),
  anchoredUpTo: z.number().nullable(),
  next: z.string().nullable(),
})

const Entry = z.looseObject({
  seq: z.number(),
  at: z.number(),
  action: z.string(),
  sentence: z.string(),
  actor: z.record(z.string(), z.string()),
  subject: z.object({ kind: z.string(), id: z.string() }),
  values: z
    .object({ reason: z.string().nullable(), before: z.unknown(), after: z.unknown() })
    .nullable(),
})
const Page = z.object({ data: z.array(Entry), next: z.string().nullable() })

/** What tests ask of the audit log of one workspace, as its people do. */
export class AuditApi {
  readonly #target: EdgeTarget

  constructor(target: EdgeTarget) {
    this.#target = target
  }

  ask(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.#target.edge}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#target.secretKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more,
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
  }

  async change(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await this.ask(method, path, body)
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
  }

  saveSlot(key: string, name = key): Promise<void> {
    const slot = { key, name, status: 'published', variants: [], default: null }
    return this.change('PUT', `slots/${key}`, slot)
  }

  async verdict(): Promise<z.infer<typeof Verdict>> {
    return Verdict.parse(await (await this.ask('GET', 'audit/verify')).json())
  }

  async list(query = ''): Promise<z.infer<typeof Page>> {
    return Page.parse(await (await this.ask('GET', `audit${query}`)).json())
  }

  async export(query = ''): Promise<string> {
    return (await this.ask('POST', `audit/export${query}`)).text()
  }
}
