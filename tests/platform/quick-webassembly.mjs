import { setFlagsFromString } from 'node:v8'

/**
 * Loaded first by every process of a test. V8 optimises hot WebAssembly in the background, and of
 * PGlite one function is so large that this takes two seconds of a core, for which a process also
 * waits when it ends. Processes of tests live for seconds and never get that back.
 */
setFlagsFromString('--no-wasm-tier-up')
setFlagsFromString('--no-wasm-dynamic-tiering')
