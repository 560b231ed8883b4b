import { useState } from 'react'
import { useStore } from 'zustand'
import type { SsoConnection } from '#rpc/sso.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { OneFieldForm } from './OneFieldForm.tsx'
import type { Rights } from './role-rules.ts'

const MAX_NAME_CHARS = 60

/** What can be done to a connection as a whole. */
export const ConnectionSteps = ({
  connection: { id, name, disabled },
  rights,
}: {
  connection: SsoConnection
  rights: Rights
}) => {
  const { changing, change, remove } = useStore(useConsoleStores().sso)
  const [asked, setAsked] = useState<'off' | 'delete' | null>(null)
  const { isBusy } = changing
  const done = (work: () => Promise<void>): void => {
    setAsked(null)
    void work()
  }
  return (
    <section className="drawer-section sso-section">
      <h3>The connection</h3>
      <div className="row-steps">
        {rights === 'all' && (
          <OneFieldForm
            opens="Rename"
            label="Name"
            note="People read it when they connect their account."
            action="Save the name"
            initial={name}
            maxChars={MAX_NAME_CHARS}
            isBusy={isBusy}
            onSubmit={(given) => void change(id, { name: given })}
          />
        )}
        {!disabled && (
          <Button disabled={isBusy} onClick={() => setAsked('off')}>
            Switch it off
          </Button>
        )}
        {disabled && rights === 'all' && (
          <Button disabled={isBusy} onClick={() => void change(id, { disabled: false })}>
            Switch it on
          </Button>
        )}
        {rights === 'all' && (
          <Button disabled={isBusy} onClick={() => setAsked('delete')}>
            Delete it
          </Button>
        )}
      </div>
      {asked === 'off' && (
        <Dialog
          title={`Switch ${name} off?`}
          action="Switch it off"
          asksWhy
          onClose={() => setAsked(null)}
          onConfirm={(reason) => done(() => change(id, { disabled: true }, reason))}
        >
          <p>
            Nobody signs in through it until it is on again; passwords and passkeys work, also where
            company sign-in was required. Who is signed in stays so.
          </p>
          <p>Everything else is kept: domains, roles, and who is who.</p>
        </Dialog>
      )}
      {asked === 'delete' && (
        <Dialog
          title={`Delete ${name}?`}
          action="Delete the connection"
          isDangerous
          asksWhy
          onClose={() => setAsked(null)}
          onConfirm={(reason) => done(() => remove(id, reason))}
        >
          <p>
            It forgets who is who. Whoever got their account through it and has neither password nor
            passkey gets a first password by “Forgot the password?” on the sign-in page, and can
            then be connected to another provider.
          </p>
          <p>
            Members and their roles stay, and who has a password signs in with it. The domains have
            to be proven anew elsewhere.
          </p>
          {!disabled && <p>To stop sign-ins for now, switch it off instead.</p>}
        </Dialog>
      )}
    </section>
  )
}
