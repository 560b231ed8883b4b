/** A two-way pipe for structured messages; WebSocket and MessagePort are made to look like this. */
export type Channel = {
  send(message: unknown): void
  /** Called once per message that arrived whole; what is not JSON arrives as undefined. */
  onMessage(listener: (message: unknown) => void): void
  /** Called once, whoever ended it. */
  onClose(listener: () => void): void
  close(): void
}
