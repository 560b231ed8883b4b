import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs the same expression in so many processes at the same moment: each loads the module first, then
 * all are told to go. They live until every one has answered, and are killed then.
 *
 * @param module URL of what the expression may use as `module`
 * @param expression gives what the process answers, a string without line ends
 */
export const startTogether = async (
  count: number,
  module: URL,
  expression: string,
): Promise<string[]> => {
  const script = `
    const module = await import(${JSON.stringify(module.href)})
    process.stdin.once('data', async () => console.log(await ${expression}))
    console.log('ready')
  `
  const starters = Array.from({ length: count }, () => new Starter(script))
  try {
    await Promise.all(starters.map((starter) => starter.line(0)))
    for (const starter of starters) starter.go()
    return await Promise.all(starters.map((starter) => starter.line(1)))
  } finally {
    for (const starter of starters) starter.kill()
  }
}

class Starter {
  readonly #child
  #output = ''

  constructor(script: string) {
    this.#child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script])
    this.#child.stdout.on('data', (data) => {
      this.#output += String(data)
    })
    this.#child.stderr.on('data', (data) => {
      this.#output += `${String(data).replaceAll('\n', ' ')}\n`
    })
  }

  go(): void {
    this.#child.stdin.write('go\n')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async line(index: number): Promise<string> {
    while (this.#output.split('\n').length < index + 2) await once(this.#child.stdout, 'data')
    return this.#output.split('\n')[index] ?? ''
  }
}
