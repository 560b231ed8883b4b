import { describe, expect, test } from 'vitest'
import { parseCommand, UsageError } from '../train/command-line.ts'

describe('the command of recommendations', () => {
  test('names the workspace, and publishes unless told not to', () => {
    expect(parseCommand(['recommend', '--workspace', 'demo'])).toEqual({
      kind: 'recommend',
      workspace: 'demo',
      edge: undefined,
      out: undefined,
      publishes: true,
      seed: 0,
    })
    const all = ['--edge', 'https://e.example', '--no-publish', '--out', 'm', '--seed', '3']
    expect(parseCommand(['recommend', '--workspace', 'acme', ...all])).toEqual({
      kind: 'recommend',
      workspace: 'acme',
      edge: 'https://e.example',
      out: 'm',
      publishes: false,
      seed: 3,
    })
  })

  test.each([
    [['recommend', '--workspace', 'demo', '--label', 'x'], '--label is not for recommend'],
    [['recommend', '--workspace', 'demo', '--no-register'], '--no-register is not for recommend'],
    [['recommend', '--workspace', ''], 'Name the workspace'],
    [['--workspace', 'demo', '--no-publish'], '--no-publish is for recommend'],
    [['recommend', 'more', '--workspace', 'demo'], 'leave one out'],
  ])('refuses %j in words', (args, said) => {
    expect(() => parseCommand(args)).toThrow(UsageError)
    expect(() => parseCommand(args)).toThrow(said)
  })
})
