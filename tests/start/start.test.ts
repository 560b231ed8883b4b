import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import { newHome, removeHome, spawnPlatform } from '#tests/platform/spawned-platform.ts'
import { createdWorkspace } from '#tests/platform/workspace-command.ts'

const START = fileURLToPath(new URL('../../dev/start.ts', import.meta.url))
/** A start that hangs is killed, and then has said nothing. */
const ENDS_WITHIN_MS = 60_000
const BARE = ['--no-demo', '--no-console']

let home: string

beforeEach(async () => {
  home = await newHome()
})

afterEach(() => removeHome(home))

/** Runs `npm start` to its end; for starts that must not come up. */
function start(
  args: readonly string[],
  dataFolder = home,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [START, ...args],
      {
        env: { ...process.env, EDGEWISE_HOME: dataFolder },
        timeout: ENDS_WITHIN_MS,
        killSignal: 'SIGKILL',
      },
      (error, stdout, stderr) => {
        const code = error && 'code' in error ? Number(error.code) : 0
        resolve({ code, output: `${stdout}${stderr}`.trim() })
      },
    )
  })
}

function listenAnywhere(): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, port: typeof address === 'object' && address ? address.port : 0 })
    })
  })
}

describe('a start that cannot go on says one sentence and exits 1', () => {
  test('when an option does not exist', async () => {
    const { code, output } = await start(['--colour'])
    expect(output).toMatch(/--colour.*--help/)
    expect([code, output.split('\n').length]).toEqual([1, 1])
  })

  test('when the port is no number', async () => {
    const { code, output } = await start(['--port', 'eighty'])
    expect(output).toBe('--port must be a number from 0 to 65531, not eighty.')
    expect(code).toBe(1)
  })

  test('when the port is taken', async () => {
    const { server, port } = await listenAnywhere()
    const { code, output } = await start(['--port', String(port), ...BARE])
    server.close()
    expect(output).toContain(`Port ${port} for the edge is taken`)
    expect([code, output.split('\n').length]).toEqual([1, 1])
  })

  test('when the data folder cannot be written', async () => {
    const file = join(home, 'a-file')
    await writeFile(file, '')
    const { code, output } = await start(BARE, join(file, 'folder'))
    expect(output).toMatch(/^The data folder .* cannot be written .*EDGEWISE_HOME/)
    expect(code).toBe(1)
  })

  test('when the state file is damaged, and leaves it as it is', async () => {
    await mkdir(home, { recursive: true })
    await writeFile(join(home, 'state.json'), '{"version":1,')
    const { code, output } = await start(BARE)
    expect(output).toMatch(/^The state file .* is damaged;/)
    expect(code).toBe(1)
    expect(await readFile(join(home, 'state.json'), 'utf8')).toBe('{"version":1,')
  })

  test('when the state file is a folder', async () => {
    await mkdir(join(home, 'state.json'))
    const { code, output } = await start(BARE)
    expect(output).toMatch(/^The state file .*state\.json cannot be read \(EISDIR\);/)
    expect([code, output.split('\n').length]).toEqual([1, 1])
  })

  test.runIf(existsSync('/proc/self'))('when the data folder is below /proc', async () => {
    const { code, output } = await start(BARE, '/proc/nope')
    expect(output).toMatch(/^The data folder \/proc\/nope cannot be written .*EDGEWISE_HOME/)
    expect([code, output.split('\n').length]).toEqual([1, 1])
  })

  const header = 'SQLite format 3\0'
  test.each([
    ['no database', 'control', 'SQLITE_NOTADB', 'garbage '.repeat(100)],
    ['a torn database', 'control', 'SQLITE_(CORRUPT|NOTADB)', header.padEnd(8192, '\x01')],
    ['no database', 'ws-demo', 'SQLITE_NOTADB', 'garbage '.repeat(100)],
  ])('when there is %s in the store’s %s.db', async (_, name, code, content) => {
    const file = join(home, 'store', `${name}.db`)
    await mkdir(join(home, 'store'))
    await writeFile(file, content)
    const result = await start(['--port', '0', ...BARE])
    const said = result.output.split('\n').filter((line) => !line.endsWith(' …'))
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(`^The database ${file} is damaged \\(${code}\\); restore .* from a backup`),
      ),
    ])
    expect(result.code).toBe(1)
    expect(await readFile(file, 'utf8')).toBe(content)
    await expect(readFile(join(home, 'lock.json'))).rejects.toThrow('ENOENT')
  })
})

test('--help tells a newcomer what there is', async () => {
  const { code, output } = await start(['--help'])
  expect(output).toContain('--no-demo')
  expect(output).toContain('EDGEWISE_HOME')
  expect(code).toBe(0)
})

test('a second start on the same folder is refused, and after Ctrl-C the next one finds all data', async () => {
  const first = await spawnPlatform(home, BARE)
  const edge = new EdgeClient({ ...first.ready })
  expect(await (await fetch(first.ready.mailbox)).text()).toContain('<h1>Mailbox</h1>')
  const second = await start(['--port', '0', ...BARE])
  expect(second.output).toMatch(/^Edgewise is already running on .* \(process \d+\);/)
  expect(second.code).toBe(1)

  const event = { anonymousId: 'visitor', messageId: 'kept', event: 'Kept' }
  expect((await edge.capture('track', event)).status).toBe(200)
  await edge.settled()
  for (const name of await readdir(join(home, 'store'))) {
    expect((await stat(join(home, 'store', name))).mode & 0o077).toBe(0)
  }
  const acme = await createdWorkspace({ EDGEWISE_HOME: home }, [
    'acme',
    '--owner',
    'ada@acme.example',
  ])
  const acmeEdge = { edge: first.ready.edge, ...acme }
  expect((await new EdgeClient(acmeEdge).capture('track', event)).status).toBe(200)
  await new EdgeClient(acmeEdge).settled()
  await first.stop()
  await expect(fetch(`${first.ready.store}/health`)).rejects.toThrow()
  await expect(fetch(first.ready.mailbox)).rejects.toThrow()
  await expect(readFile(join(home, 'lock.json'))).rejects.toThrow('ENOENT')

  const again = await spawnPlatform(home, BARE)
  for (const target of [again.ready, { edge: again.ready.edge, ...acme }]) {
    const events = await new EdgeClient({ ...target }).get<{ data: { messageId: string }[] }>(
      '/api/v1/events?messageId=kept',
    )
    expect(events.data.map((found) => found.messageId)).toEqual(['kept'])
  }
  expect(again.ready.writeKey).toBe(first.ready.writeKey)
  await again.stop()
})
