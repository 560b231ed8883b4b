import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ENGINE_VERSION } from './replica/open.ts'
import { recentEvents } from './testing/builders.ts'
import { startInVain } from './testing/console-process.ts'
import { consoleUnderTest, reaches, streamOf } from './testing/console-under-test.ts'

const under = consoleUnderTest()

describe('starting', () => {
  test('for the first time makes the replica', async () => {
    rmSync(under.folder.dataDir, { recursive: true })
    await reaches((await under.start()).connect(), 'synced')
  })

  test('a second console on the same folder says which process has it', async () => {
    const first = await under.start()
    const { code, stderr } = await startInVain({ ...under.folder, edgeUrl: under.edge.url })
    expect(code).toBe(1)
    expect(stderr).toContain(`(process ${first.child.pid}) is using ${under.folder.dataDir}`)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test('an unusable replica is moved aside and pulled again', async () => {
    under.edge.store.events = recentEvents(10)
    const first = await under.start()
    await reaches(first.connect(), 'synced')
    await first.end('SIGTERM')
    const home = join(under.folder.dataDir, 'pgdata', ENGINE_VERSION)
    rmSync(join(home, 'replica', 'global', 'pg_control'))

    const client = (await under.start()).connect()
    await reaches(client, 'synced')
    expect(await streamOf(client)).toHaveLength(10)
    expect(readdirSync(home).filter((name) => name.includes('unusable'))).toHaveLength(1)
  })

  test('another key begins an empty replica', async () => {
    under.edge.store.events = recentEvents(10)
    const first = await under.start()
    await reaches(first.connect(), 'synced')
    await first.end('SIGTERM')
    const client = (await under.start({ secretKey: 'key-of-another-workspace' })).connect()
    await reaches(client, 'refused')
    expect(await streamOf(client)).toEqual([])
  })

  test('a taken port is said in one line', async () => {
    const taken = Number(new URL(under.edge.url).port)
    const { code, stderr } = await startInVain({
      ...under.folder,
      edgeUrl: under.edge.url,
      port: taken,
    })
    expect(code).toBe(1)
    expect(stderr).toContain(`port ${taken}`)
  })
})
