import { type OnnxRuntime, OnnxRuntimeError } from './onnx-runtime.ts'

/** The runtime of an isolate in which it cannot start. */
export function absentRuntime(reason: string): OnnxRuntime {
  return {
    state: () => ({ kind: 'failed', reason, next: 'Nothing: this is a test.' }),
    open: () => Promise.reject(new OnnxRuntimeError('start_failed', reason, null)),
    whileStarting: (work) => work,
  }
}
