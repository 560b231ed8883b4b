import { describe, expect, test } from 'vitest'
import { isSafeEdgeUrl, readConfiguration } from './configuration.ts'

const ENV = { EDGEWISE_SECRET_KEY: 'key' }
const ARGS = ['--data-dir', '/data', '--edge', 'https://edge.example.com']

describe('the command line', () => {
  test('without a key, somebody signs in', () => {
    expect(readConfiguration(ARGS, {}).secretKey).toBeNull()
    expect(readConfiguration(ARGS, { EDGEWISE_SECRET_KEY: '' }).secretKey).toBeNull()
  })

  test('is read with its defaults', () => {
    expect(readConfiguration(ARGS, ENV)).toEqual({
      dataDir: '/data',
      edgeUrl: 'https://edge.example.com',
      secretKey: 'key',
      port: 0,
      rendererDir: null,
    })
  })

  test('needs no key: then a person signs in', () => {
    for (const env of [{}, { EDGEWISE_SECRET_KEY: '' }]) {
      expect(readConfiguration(ARGS, env).secretKey).toBeNull()
    }
  })

  test.each([
    [[], ENV, '--data-dir'],
    [['--data-dir', '/data'], ENV, '--edge'],
    [['--data-dir', '/data', '--edge', 'http://edge.example.com'], ENV, 'https'],
    [[...ARGS, '--port', '70000'], ENV, '--port'],
    [[...ARGS, '--port', 'x'], ENV, '--port'],
    [[...ARGS, '--prot', '1'], ENV, '--prot'],
  ])('%j names what is wrong', (args, env, named) => {
    expect(() => readConfiguration(args, env)).toThrow(named)
  })
})

test.each([
  ['https://edge.example.com', true],
  ['http://127.0.0.1:8787', true],
  ['http://localhost:8787', true],
  ['http://[::1]:8787', true],
  ['http://127.0.0.1.example.com', false],
  ['http://192.168.1.5', false],
  ['ftp://edge.example.com', false],
  ['nonsense', false],
])('the key may be sent to %s: %s', (url, expected) => {
  expect(isSafeEdgeUrl(url)).toBe(expected)
})
