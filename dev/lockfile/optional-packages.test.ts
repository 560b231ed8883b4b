import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { completed, type Lockfile, missingOptionalPackages } from './optional-packages.ts'

const real = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
) as Lockfile

test('our lock file names the binaries of every platform, so npm ci works on each', () => {
  expect(missingOptionalPackages(real), 'run: node dev/lockfile/complete.ts').toEqual([])
})

test('a binary that the registry did not have is added, beside the version that needs it', () => {
  const lock: Lockfile = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '2.0.0',
        optionalDependencies: { '@tool/linux-x64-musl': '2.0.0' },
      },
      'node_modules/other': { version: '1.0.0' },
      'node_modules/other/node_modules/tool': {
        version: '1.0.0',
        optionalDependencies: { '@tool/darwin-arm64': '1.0.0' },
      },
      'node_modules/@tool/darwin-arm64': { version: '2.0.0' },
    },
  }
  const whole = completed(lock)
  expect(whole.packages['node_modules/@tool/linux-x64-musl']).toEqual({
    version: '2.0.0',
    cpu: ['x64'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  })
  expect(
    whole.packages['node_modules/other/node_modules/tool/node_modules/@tool/darwin-arm64'],
  ).toMatchObject({ version: '1.0.0', os: ['darwin'], cpu: ['arm64'] })
  expect(missingOptionalPackages(whole)).toEqual([])
})
