const CHUNK = 1 << 16

/**
 * Numbers that are added one by one, in chunks: no copying while it grows, which a million rows of many
 * columns would feel, and 8 bytes a number.
 */
export class GrowingNumbers<T extends Float64Array | Int32Array> {
  readonly #make: (length: number) => T
  readonly #full: T[] = []
  #last: T
  #used = 0

  constructor(make: (length: number) => T) {
    this.#make = make
    this.#last = make(CHUNK)
  }

  get length(): number {
    return this.#full.length * CHUNK + this.#used
  }

  push(value: number): void {
    if (this.#used === CHUNK) {
      this.#full.push(this.#last)
      this.#last = this.#make(CHUNK)
      this.#used = 0
    }
    this.#last[this.#used++] = value
  }

  /** Copies all numbers into `target`, which is as long as this. */
  copyTo<A extends Float32Array | Float64Array | Int32Array>(target: A): A {
    this.#full.forEach((chunk, index) => {
      target.set(chunk, index * CHUNK)
    })
    target.set(this.#last.subarray(0, this.#used), this.#full.length * CHUNK)
    return target
  }
}
