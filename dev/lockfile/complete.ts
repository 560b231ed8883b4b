import { readFileSync, writeFileSync } from 'node:fs'
import { completed, type Lockfile, missingOptionalPackages } from './optional-packages.ts'

/** `node dev/lockfile/complete.ts`, to run after `npm install` where a registry lacks some platforms. */
const path = new URL('../../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8')) as Lockfile
const missing = missingOptionalPackages(lock)
writeFileSync(path, `${JSON.stringify(completed(lock), null, 2)}\n`)
console.log(`${missing.length} packages for other platforms added to package-lock.json`)
