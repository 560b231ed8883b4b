import { writeFile } from 'node:fs/promises'
import { commonPasswordsModule } from './common-passwords.ts'

const FILE = new URL('../../edge/identity/passwords/generated/common-passwords.ts', import.meta.url)

await writeFile(FILE, await commonPasswordsModule())
