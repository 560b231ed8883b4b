import { useMemo } from 'react'
import { useStore } from 'zustand'
import { useConsoleStores } from './console-stores.ts'
import type { Me } from './givable-roles.ts'

const NOBODY: Me = { email: '', role: '', permissions: [] }

/** Who is signed in; nobody where a key stands in for a person. */
export const useMe = (): Me => {
  const session = useStore(useConsoleStores().session, (state) => state.session)
  return useMemo(() => {
    if (session?.name !== 'signed_in') return NOBODY
    const { email, role } = session
    return { email, role, permissions: session.permissions.map(({ permission }) => permission) }
  }, [session])
}
