import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import { may } from './may.ts'

/** Whether whoever is signed in now may do something. */
export const useMay = (permission: string): boolean =>
  useStore(useConsoleStores().session, ({ session }) => may(session, permission))
