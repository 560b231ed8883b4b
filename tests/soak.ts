import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** `npm run test:soak`: the durability, start and console tests at full length; takes tens of minutes. */
const child = spawn(
  fileURLToPath(new URL('../node_modules/.bin/vitest', import.meta.url)),
  ['run', '--project', 'e2e', 'tests/durability', 'tests/start', 'tests/console'],
  {
    stdio: 'inherit',
    env: { ...process.env, SOAK: '1', SOAK_KILLS: process.env.SOAK_KILLS ?? '20' },
  },
)
child.once('exit', (code) => process.exit(code ?? 1))
