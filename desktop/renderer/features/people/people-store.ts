import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PeopleView, RoleDraft } from '#rpc/people.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { type EdgeChange, edgeChanges } from '../../app/edge-change.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'

/** What is open over the page. */
export type PeopleDrawer =
  | { name: 'invite' }
  /** Null for a role that does not exist yet. */
  | { name: 'role'; roleId: string | null }

export type PeopleStore = StoreApi<{
  people: Remote<PeopleView>
  changing: EdgeChange
  drawer: PeopleDrawer | null
  /** What went well and should be known, in one sentence. */
  notice: string | null
  refresh: () => Promise<void>
  /** Forgets what is shown: somebody else may be next. */
  reset: () => void
  open: (drawer: PeopleDrawer) => void
  close: () => void
  giveRole: (userId: string, role: string, reason: string) => Promise<void>
  setActive: (userId: string, active: boolean, reason?: string) => Promise<void>
  invite: (email: string, role: string) => Promise<void>
  takeBack: (invitationId: string) => Promise<void>
  saveRole: (role: RoleDraft) => Promise<void>
  deleteRole: (id: string, reason: string) => Promise<void>
  askSecondFactor: (roles: string[], reason: string) => Promise<void>
}>

/** People of the workspace, as the edge has them: nothing of it is kept on this computer. */
export const createPeopleStore = (link: ConsoleLink): PeopleStore => {
  const run = latestOnly()
  return createStore((set, get) => {
    const { initial, attempt } = edgeChanges(
      (change) => set({ changing: { ...get().changing, ...change } }),
      () => get().refresh(),
    )
    const make = async (work: () => Promise<unknown>): Promise<void> => {
      set({ notice: null })
      await attempt(work)
    }
    return {
      people: { name: 'loading' },
      changing: initial,
      drawer: null,
      notice: null,
      refresh: () =>
        run(
          () => link.call('people.get', {}),
          () => get().people,
          (people) => set({ people }),
        ),
      reset: () =>
        set({ people: { name: 'loading' }, changing: initial, drawer: null, notice: null }),
      open(drawer) {
        get().changing.dismiss()
        set({ drawer, notice: null })
      },
      close() {
        get().changing.dismiss()
        set({ drawer: null })
      },
      giveRole: (userId, role, reason) =>
        make(() => link.call('people.changeMember', { userId, change: { role }, reason })),
      setActive: (userId, active, reason) =>
        make(() => link.call('people.changeMember', { userId, change: { active }, reason })),
      invite: (email, role) =>
        make(async () => {
          const { mail } = await link.call('people.invite', { email, role })
          set({ drawer: null, notice: invitedWords(email, mail) })
        }),
      takeBack: (invitationId) => make(() => link.call('people.takeBack', { invitationId })),
      saveRole: (role) =>
        make(async () => {
          await link.call('people.saveRole', role)
          set({ drawer: null })
        }),
      deleteRole: (id, reason) => make(() => link.call('people.deleteRole', { id, reason })),
      askSecondFactor: (roles, reason) =>
        make(() => link.call('people.askSecondFactor', { roles, reason })),
    }
  })
}

const invitedWords = (email: string, mail: 'sent' | 'not_sent'): string =>
  mail === 'sent'
    ? `An invitation is on its way to ${email}. It works for seven days.`
    : `${email} is invited, but the mail could not be sent. Take the invitation back and invite again later.`
