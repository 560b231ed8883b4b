import type { SsoConnection } from '#rpc/sso.ts'
import { Dialog } from '../../ui/Dialog.tsx'

/** What was chosen for a domain and waits for a yes. */
export type AskedOfDomain = { domain: string; wish: 'required' | 'gone' }

/** What it means for the people of a domain, before it is done. */
export const DomainDialog = ({
  asked: { domain, wish },
  connection: { name },
  onConfirm,
  onClose,
}: {
  asked: AskedOfDomain
  connection: SsoConnection
  onConfirm: (reason: string) => void
  onClose: () => void
}) =>
  wish === 'required' ? (
    <Dialog
      title={`Let people of ${domain} in through ${name} alone?`}
      action="Require it"
      asksWhy
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        Their passwords and passkeys open nothing at the sign-in any more, in all of their
        workspaces. Who is signed in stays so.
      </p>
      <p>Should the provider fail, switch the connection off: then passwords work again.</p>
    </Dialog>
  ) : (
    <Dialog
      title={`Remove ${domain}?`}
      action="Remove the domain"
      isDangerous
      asksWhy
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        People of {domain} cannot sign in through {name} any more. Who has neither a password nor a
        passkey cannot sign in at all.
      </p>
      <p>If it is put back, it has to be proven anew, with another record.</p>
    </Dialog>
  )
