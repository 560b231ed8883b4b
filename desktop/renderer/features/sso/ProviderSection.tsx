import { useState } from 'react'
import { useStore } from 'zustand'
import type { SsoConnection } from '#rpc/sso.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyLine } from '../../ui/CopyLine.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { OneFieldForm } from './OneFieldForm.tsx'
import type { Rights } from './role-rules.ts'
import { testWords } from './sso-words.ts'

const MAX_SECRET_CHARS = 1_000

/** What provider and edge have to know of each other, and whether the provider answers. */
export const ProviderSection = ({
  connection,
  rights,
}: {
  connection: SsoConnection
  rights: Rights
}) => {
  const { changing, change, test, tested } = useStore(useConsoleStores().sso)
  const [isAsked, setAsked] = useState(false)
  const { id, issuer, clientId, hasSecret, redirectUri } = connection
  const found = tested?.id === id ? testWords(tested.answer) : null
  return (
    <section className="drawer-section sso-section">
      <h3>Provider</h3>
      <CopyLine label="Redirect address, to be registered there" value={redirectUri} />
      <dl className="facts">
        <Fact label="Issuer">
          <span className="code">{issuer}</span>
        </Fact>
        <Fact label="Client id">
          <span className="code">{clientId}</span>
        </Fact>
        <Fact label="Client secret">
          {hasSecret ? 'Kept sealed' : 'None: PKCE alone protects the sign-in'}
        </Fact>
      </dl>
      <p className="field-note">
        Issuer and client cannot be changed: who somebody is holds only together with them. For
        another provider make another connection.
      </p>
      <div role="status" className="sso-test-place">
        {found !== null && (
          <p className={`sso-test ${found.isGood ? 'sso-test-good' : 'sso-test-bad'}`}>
            <strong>{found.message}</strong> {found.next}
          </p>
        )}
      </div>
      {rights !== 'none' && (
        <div className="row-steps">
          <Button disabled={changing.isBusy} onClick={() => void test(id)}>
            Test
          </Button>
          {rights === 'all' && (
            <>
              <OneFieldForm
                opens={hasSecret ? 'Replace the secret' : 'Add a secret'}
                label="New client secret"
                note="It counts from the next sign-in on, and is never shown again."
                action="Save the secret"
                type="password"
                maxChars={MAX_SECRET_CHARS}
                isBusy={changing.isBusy}
                onSubmit={(clientSecret) => void change(id, { clientSecret })}
              />
              {hasSecret && (
                <Button disabled={changing.isBusy} onClick={() => setAsked(true)}>
                  Remove the secret
                </Button>
              )}
            </>
          )}
        </div>
      )}
      {isAsked && (
        <Dialog
          title={`Remove the client secret of ${connection.name}?`}
          action="Remove the secret"
          isDangerous
          asksWhy
          onClose={() => setAsked(false)}
          onConfirm={(reason) => {
            setAsked(false)
            void change(id, { clientSecret: null }, reason)
          }}
        >
          <p>
            PKCE alone protects the sign-in then. Where the provider asks for a secret, nobody gets
            in until there is one again.
          </p>
        </Dialog>
      )}
    </section>
  )
}
