// What the bundler's module rules (wrangler.toml) make of these files.
declare module '*.onnx' {
  const bytes: ArrayBuffer
  export default bytes
}
declare module 'onnxruntime-web/ort-wasm-simd-threaded.wasm' {
  const module: WebAssembly.Module
  export default module
}
declare module '*.fixture.wasm' {
  const module: WebAssembly.Module
  export default module
}
