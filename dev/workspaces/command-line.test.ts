import { describe, expect, test } from 'vitest'
import { parseCommand } from './command-line.ts'

const refusalOf = (line: string): string => {
  try {
    return `taken as ${JSON.stringify(parseCommand(line.split(' ')))}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('what an operator types', () => {
  test('makes a workspace with what nobody has to think about filled in', () => {
    expect(parseCommand(['create', 'acme', '--owner', 'Ada@Acme.example'])).toEqual({
      command: 'create',
      id: 'acme',
      owner: 'ada@acme.example',
      timezone: 'UTC',
      region: 'main',
      buckets: 16,
    })
  })

  test('names a site as requests do', () => {
    const typed = [
      'site',
      'acme',
      '--host',
      'WWW.acme.example:8443',
      '--origin',
      'https://a.example/',
    ]
    expect(parseCommand(typed)).toEqual({
      command: 'site',
      id: 'acme',
      host: 'www.acme.example:8443',
      origin: 'https://a.example',
    })
  })

  test('asks for help by saying nothing, or --help', () => {
    expect(parseCommand([])).toBe('help')
    expect(parseCommand(['create', '--help'])).toBe('help')
  })

  test.each([
    ['create', 'Name the workspace: create ID.'],
    ['create acme', 'create needs --owner.'],
    ['create Acme --owner a@b.example', 'An id has 2 to 32 lower-case letters and digits'],
    ['create acme --owner ada', '--owner is no e-mail address.'],
    ['create acme --owner a@b.example --buckets 0', '--buckets is 1 at least.'],
    ['create acme --owner a@b.example --buckets many', '--buckets takes a number.'],
    ['create acme --owner a@b.example --timezone Mars', '--timezone takes a name such as'],
    ['create acme --owner a@b.example --database file:x', '--database takes an address'],
    ['create acme --owner a@b.example --host x.example', 'create does not take --host.'],
    ['invite acme --email a@b.example --role king', '--role is one of owner, admin'],
    ['site acme --host https://x.example --remove', '--host takes a host name without https://'],
    ['site acme --host x.example/shop --remove', '--host takes a host name without https://'],
    ['site acme --host x.example', 'Give --origin, or --remove.'],
    [
      'site acme --host x.example --origin https://o.example --remove',
      'Give --origin, or --remove.',
    ],
    ['site acme --host x.example --origin https://o.example/shop', '--origin takes scheme, host'],
    ['site acme --host x.example --origin ftp://o.example', '--origin takes an address'],
    ['list acme', 'list takes no id.'],
    ['list acme more', 'more is one word too many.'],
    ['sign-in acme', 'Give --off, or --prove with a domain.'],
    ['sign-in acme --off --prove acme.example', 'Give --off, or --prove with a domain.'],
    ['sign-in acme --prove example', '--prove is no domain, such as company.example.'],
    ['account --email a@b.example', 'Give --deactivate, or --activate.'],
    ['account acme --email a@b.example --activate', 'account takes no id.'],
    ['destroy', 'Say what to do: list, create, invite, site, sign-in, account or migrate.'],
    ['list --all', "Unknown option '--all'"],
  ])('is refused in a sentence: %s', (line, sentence) => {
    expect(refusalOf(line)).toContain(sentence)
    expect(refusalOf(line)).toContain('See npm run workspace -- --help.')
  })
})
