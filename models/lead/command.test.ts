import { describe, expect, test } from 'vitest'
import { parseCommand, UsageError } from '../train/command-line.ts'

describe('the command of a workspace', () => {
  test('names the workspace, and leaves the rest to what is found', () => {
    expect(parseCommand(['--workspace', 'demo'])).toEqual({
      kind: 'workspace',
      workspace: 'demo',
      edge: undefined,
      out: undefined,
      knownBy: undefined,
      registers: true,
      seed: 0,
    })
    const all = ['--edge', 'https://e.example', '--known-by', 'occurred', '--no-register']
    expect(parseCommand(['--workspace', 'acme', ...all, '--out', 'm', '--seed', '3'])).toEqual({
      kind: 'workspace',
      workspace: 'acme',
      edge: 'https://e.example',
      out: 'm',
      knownBy: 'occurred',
      registers: false,
      seed: 3,
    })
  })

  test.each([
    [['--workspace', 'demo', 'leads.csv'], 'leave one out'],
    [['--workspace', 'demo', '--label', 'converted'], '--label is for tables'],
    [['leads.csv', '--label', 'converted', '--no-register'], '--no-register needs --workspace'],
    [['--workspace', 'demo', '--known-by', 'heard'], '"received" or "occurred"'],
    [['--workspace', ''], 'Name the workspace'],
    [['--workspace', 'demo', '--seed', '-1'], '--seed'],
  ])('refuses %j in words', (args, said) => {
    expect(() => parseCommand(args)).toThrow(UsageError)
    expect(() => parseCommand(args)).toThrow(said)
  })
})
