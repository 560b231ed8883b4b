import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm'
import { createOnnxRuntime, type OnnxSession } from './onnx-runtime.ts'
import { createSessionCache } from './session-cache.ts'

/** A session of a shipped-size model takes a few MB of a heap that never shrinks, of 128 MB in all. */
const LOADED_SESSIONS = 4

/** ONNX Runtime's settings are global, so an isolate has one runtime and one cache for all models. */
export const isolateRuntime = createOnnxRuntime(ortWasm)
export const isolateSessions = createSessionCache<OnnxSession>(LOADED_SESSIONS)
