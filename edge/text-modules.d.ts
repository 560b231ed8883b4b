declare module '*.txt' {
  const text: string
  export default text
}

/** A file's text, as the tests' bundler gives it. */
declare module '*.sql?raw' {
  const text: string
  export default text
}
