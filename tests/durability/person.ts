import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import type { EdgeClient } from '#tests/platform/edge-client.ts'

/** Somebody with two devices who also signed in on a device that is Bob's; each test has her own. */
export class Ada {
  readonly laptop: string
  readonly phone: string
  readonly userId: string
  readonly email: string
  /** Whatever is left of her holds one of these. */
  readonly #traces: RegExp

  constructor(tag: string) {
    this.laptop = `${tag}-ada-laptop`
    this.phone = `${tag}-ada-phone`
    this.userId = `${tag}-ada-1815`
    this.email = `${tag}@lovelace.example`
    this.#traces = new RegExp(`${tag}-ada|${tag}@lovelace`, 'i')
  }

  /** Eight of these events are hers; the page, the sign-in and the request of Bob are not. */
  async visit(client: EdgeClient, prefix = 'm'): Promise<void> {
    const laptop = { anonymousId: this.laptop }
    const kiosk = { anonymousId: 'kiosk-7' }
    const ada = { userId: this.userId, traits: { email: this.email.toUpperCase(), plan: 'team' } }
    const bob = { userId: 'bob-7', traits: { email: 'bob@example.com', plan: 'free' } }
    const url = 'https://shop.example/pricing?utm_source=news&utm_campaign=spring'
    const events = [
      { type: 'page', ...laptop, properties: { url } },
      { type: 'identify', ...laptop, ...ada },
      { type: 'group', ...laptop, groupId: 'analytical-engines' },
      { type: 'identify', ...kiosk, ...bob },
      { type: 'page', ...kiosk, properties: { url } },
      { type: 'identify', ...kiosk, ...ada },
      { type: 'track', ...kiosk, event: 'Demo Requested', userId: 'bob-7' },
      { type: 'page', anonymousId: this.phone, properties: { url } },
      { type: 'identify', anonymousId: this.phone, ...ada },
      { type: 'track', event: 'Invoice Paid', userId: this.userId },
      {
        type: 'identify',
        anonymousId: 'crawler',
        ...ada,
        context: { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' },
      },
    ].map((event, index) => ({ messageId: `${prefix}${index}`, ...event }))
    const sentAt = new Date().toISOString()
    const answer = await client.capture('batch', { batch: events, sentAt })
    if (answer.status !== 200) throw new Error(`The visits were answered ${answer.status}.`)
  }

  isIn(text: string): boolean {
    return this.#traces.test(text)
  }

  /** Rows of any table in which something of her is left. */
  async tracesIn(database: Client): Promise<string[]> {
    const { rows: tables } = await database.execute(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    const found: string[] = []
    for (const { name } of tables) {
      const { rows } = await database.execute(`SELECT * FROM "${name}"`)
      for (const row of rows) {
        const text = JSON.stringify(Object.values(row).map(String))
        if (this.isIn(text)) found.push(`${name}: ${text.slice(0, 300)}`)
      }
    }
    return found
  }

  /** The same of every visitors' object, read from its file. */
  async tracesInObjects(objectsDir: string): Promise<string[]> {
    const found: string[] = []
    for (const folder of await readdir(objectsDir)) {
      if (!folder.endsWith('VisitorLog')) continue
      for (const name of await readdir(join(objectsDir, folder))) {
        if (!name.endsWith('.sqlite') || name.startsWith('metadata')) continue
        const file = createClient({
          url: `file:${join(objectsDir, folder, name)}`,
          // workerd keeps numbers of its own in there, larger than a double holds.
          intMode: 'bigint',
        })
        try {
          found.push(...(await this.tracesIn(file)))
        } catch (error) {
          // The object is writing: whoever asks looks again.
          found.push(`${name}: ${String(error)}`)
        } finally {
          file.close()
        }
      }
    }
    return found
  }
}
