/** The part of package-lock.json (lockfile version 3) that is read here. */
export interface Lockfile {
  packages: Record<string, LockedPackage>
}

export interface LockedPackage {
  version?: string
  optionalDependencies?: Record<string, string>
  cpu?: string[]
  os?: string[]
  libc?: string[]
  dev?: boolean
  optional?: boolean
}

export interface MissingPackage {
  /** Where the entry belongs: a path below node_modules. */
  path: string
  version: string
}

/**
 * Binaries for other platforms that the lock file does not hold. npm leaves out what a registry does
 * not have at that moment, writes the lock file all the same, and `npm ci` then refuses it everywhere.
 */
export function missingOptionalPackages(lock: Lockfile): MissingPackage[] {
  const missing = new Map<string, string>()
  for (const [from, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!/^\d/.test(version)) continue
      const found = resolve(lock, from, name)
      if (found === null) missing.set(`node_modules/${name}`, version)
      else if (lock.packages[found]?.version !== version) {
        missing.set(`${from}/node_modules/${name}`, version)
      }
    }
  }
  return [...missing].map(([path, version]) => ({ path, version }))
}

/** The lock file with an entry for each missing package, its platform read from its name. */
export function completed(lock: Lockfile): Lockfile {
  const added = missingOptionalPackages(lock).map(
    ({ path, version }) => [path, entryOf(path, version)] as const,
  )
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(added) })
  return {
    ...lock,
    packages: Object.fromEntries(packages.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
  }
}

/** Node's own look-up: the nearest node_modules above. */
function resolve(lock: Lockfile, from: string, name: string): string | null {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  ) {
    const path = `${folder ? `${folder}/` : ''}node_modules/${name}`
    if (lock.packages[path]) return path
    if (folder === '') return null
  }
}

const SYSTEMS = /(android|darwin|linux|win32|windows|freebsd|openharmony|openbsd|netbsd|sunos|aix)/
const PROCESSORS =
  /-(arm64|aarch64|x64|x86-64|64|arm|ppc64|riscv64|s390x|ia32|loong64|mips64el)(?=-|$)/
const PROCESSOR_NAMES: Record<string, string> = { '64': 'x64', aarch64: 'arm64', 'x86-64': 'x64' }

function entryOf(path: string, version: string): LockedPackage {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const system = SYSTEMS.exec(name)?.[1]
  const processor = PROCESSORS.exec(name)?.[1]
  if (!system || !processor) {
    throw new Error(`The platform of ${name} cannot be read from its name; add it by hand.`)
  }
  const libc =
    system !== 'linux'
      ? null
      : name.includes('musl')
        ? 'musl'
        : name.includes('gnu')
          ? 'glibc'
          : null
  return {
    version,
    cpu: [PROCESSOR_NAMES[processor] ?? processor],
    dev: true,
    ...(libc ? { libc: [libc] } : {}),
    optional: true,
    os: [system === 'windows' ? 'win32' : system],
  }
}
