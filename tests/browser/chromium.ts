import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const LAUNCH_TIMEOUT_MS = 60_000
const UNPACK_TIMEOUT_MS = 180_000

const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36'

/** The package unpacks into the temporary folder of its process, so it runs in one of its own. */
const UNPACK_SCRIPT = `
import chromium, { inflate } from '@sparticuz/chromium'
await chromium.executablePath(process.argv[1])
await inflate(process.argv[1] + '/al2023.tar.br')
`

/**
 * Starts headless Chromium out of the npm package `@sparticuz/chromium`: no browser and no shared
 * library of the machine is needed. The first call unpacks about 200 MB beside the package
 * (some seconds); later calls and other processes reuse it. Close the browser when done.
 *
 * It calls itself an ordinary Chrome, because the edge marks headless browsers as bots. A context's
 * own `userAgent` is not enough: what a closing page sends goes out under the browser's name.
 * @throws when the package is not installed or the machine cannot run its binary (Linux x64 only)
 */
export async function launchChromium(): Promise<Browser> {
  const home = await unpackedChromium()
  return chromium.launch({
    executablePath: join(home, 'chromium'),
    timeout: LAUNCH_TIMEOUT_MS,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-domain-reliability',
      '--no-pings',
      '--font-render-hinting=none',
      `--user-agent=${USER_AGENT}`,
    ],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [join(home, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH]
        .filter(Boolean)
        .join(':'),
      FONTCONFIG_PATH: home,
      FONTCONFIG_FILE: join(home, 'fonts.conf'),
    },
  })
}

/** Unpacks once, by renaming a finished folder into place: a reader never sees half a browser. */
async function unpackedChromium(): Promise<string> {
  const packageHome = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version } = JSON.parse(await readFile(join(packageHome, 'package.json'), 'utf8'))
  const cache = join(packageHome, '..', '..', '.cache')
  const home = join(cache, `browser-${version}`)
  if (await exists(join(home, 'chromium'))) return home

  await mkdir(cache, { recursive: true })
  const staging = await mkdtemp(join(cache, 'chromium-unpacking-'))
  try {
    await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', UNPACK_SCRIPT, join(packageHome, 'bin')],
      { cwd: packageHome, env: { ...process.env, TMPDIR: staging }, timeout: UNPACK_TIMEOUT_MS },
    )
    await writeFile(join(staging, 'fonts.conf'), fontsConfiguration(home))
    // A browser that ran while its folder was removed leaves one behind that holds its fonts' cache alone.
    if (!(await exists(join(home, 'chromium')))) await rm(home, { recursive: true, force: true })
    await rename(staging, home)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    // Another process may have been faster.
    if (!(await exists(join(home, 'chromium')))) throw error
  }
  return home
}

/**
 * The package's own configuration expects its fonts in `/tmp`; a Chromium that finds no font at all
 * aborts at the first input field. The machine's fonts, if any, add the signs that Open Sans lacks.
 */
function fontsConfiguration(home: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${home}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${home}/fonts-cache</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
