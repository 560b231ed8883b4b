import { expect, test } from 'vitest'
import type { BackendMessage } from '#rpc/shell-messages.ts'
import { ShellVault } from './shell-vault.ts'

/** Main, as the vault hears it. */
function vaultWith(answer: boolean) {
  const told: BackendMessage[] = []
  const vault = new ShellVault('kept before', (message) => {
    told.push(message)
    if (message.t === 'keep') queueMicrotask(() => vault.kept(message.id, answer))
  })
  return { vault, told }
}

test('what main had kept is there at once', () => {
  expect(vaultWith(true).vault.load()).toBe('kept before')
})

test('saving waits until main says that it is on disk', async () => {
  const { vault, told } = vaultWith(true)
  await vault.save('new')
  expect(told).toEqual([{ t: 'keep', id: 1, session: 'new' }])
  expect(vault.load()).toBe('new')
})

test('what main could not keep is told; forgetting never fails', async () => {
  const { vault, told } = vaultWith(false)
  await expect(vault.save('new')).rejects.toThrow('could not be kept')
  await vault.clear()
  expect(told.at(-1)).toEqual({ t: 'keep', id: 2, session: null })
  expect(vault.load()).toBeNull()
})
