import { useState } from 'react'
import { useStore } from 'zustand'
import type { RoleView } from '#rpc/people.ts'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { givableRoles } from '../../app/givable-roles.ts'
import { useMe } from '../../app/use-me.ts'
import { FormDrawer } from '../../ui/FormDrawer.tsx'
import { Field } from '../../ui/fields.tsx'
import {
  type ConnectionDraft,
  connectionOf,
  emptyConnection,
  withProvider,
} from './connection-draft.ts'
import { readDomains } from './domain-names.ts'
import { PROVIDER_NAMES, PROVIDERS, readIssuer } from './providers.ts'
import { RoleRulesFields } from './RoleRulesFields.tsx'

const MAX_NAME_CHARS = 60
const MAX_CHARS = 500
const MAX_SECRET_CHARS = 1_000

/** Connects a provider with what its admins gave out for it. */
export const ConnectDrawer = ({ roles }: { roles: readonly RoleView[] }) => {
  const { changing, connect, close } = useStore(useConsoleStores().sso)
  const givable = givableRoles(useMe(), roles).map(({ id }) => id)
  const [draft, setDraft] = useState(() => emptyConnection(givable))
  const enter = (part: Partial<ConnectionDraft>): void => setDraft({ ...draft, ...part })
  const hint = PROVIDERS[draft.provider]
  const issuer = readIssuer(draft.issuer)
  const domains = readDomains(draft.domains)
  const connection = connectionOf(draft, givable)
  return (
    <FormDrawer
      title="Connect a provider"
      action="Connect it"
      isReady={connection !== null && !changing.isBusy}
      onSubmit={() => connection && void connect(connection)}
      onClose={close}
      refusal={<ChangeRefusal change={changing} />}
    >
      <p className="sso-lead">
        Register a web application at the provider first, for the authorization code flow, with any
        https address to send people back to. The real one is shown here once it is connected.
      </p>
      <Field label="Provider" note={hint.aboutThere ?? undefined}>
        <select
          className="field-input"
          value={draft.provider}
          onChange={(event) => {
            const next = PROVIDER_NAMES.find((each) => each === event.target.value)
            if (next !== undefined) setDraft(withProvider(draft, next))
          }}
        >
          {PROVIDER_NAMES.map((each) => (
            <option key={each} value={each}>
              {PROVIDERS[each].label}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Name" note="People read it when they connect their account, such as Northwind.">
        <input
          className="field-input"
          required
          maxLength={MAX_NAME_CHARS}
          value={draft.name}
          onChange={(event) => enter({ name: event.target.value })}
        />
      </Field>
      <Field
        label="Issuer"
        note={
          issuer.kind === 'invalid'
            ? issuer.message
            : `${hint.aboutIssuer} It cannot be changed later.`
        }
      >
        <input
          className="field-input code"
          required
          spellCheck={false}
          autoComplete="off"
          maxLength={MAX_CHARS}
          placeholder={hint.example}
          aria-invalid={issuer.kind === 'invalid'}
          value={draft.issuer}
          onChange={(event) => enter({ issuer: event.target.value })}
        />
      </Field>
      <Field label="Client id" note="Of the application there. It cannot be changed later.">
        <input
          className="field-input code"
          required
          spellCheck={false}
          autoComplete="off"
          maxLength={MAX_CHARS}
          value={draft.clientId}
          onChange={(event) => enter({ clientId: event.target.value })}
        />
      </Field>
      <Field
        label="Client secret"
        note="Kept sealed, and never shown again. Left empty for a public client, PKCE alone protects the sign-in."
      >
        <input
          className="field-input code"
          type="password"
          autoComplete="new-password"
          maxLength={MAX_SECRET_CHARS}
          value={draft.secret}
          onChange={(event) => enter({ secret: event.target.value })}
        />
      </Field>
      <Field
        label="Domains"
        note={
          domains.kind === 'invalid'
            ? domains.message
            : 'What stands behind the @ in people’s addresses, one a line. Each has to be proven with a DNS record, which comes next.'
        }
      >
        <textarea
          className="field-input code"
          rows={2}
          spellCheck={false}
          placeholder="company.example"
          aria-invalid={domains.kind === 'invalid'}
          value={draft.domains}
          onChange={(event) => enter({ domains: event.target.value })}
        />
      </Field>
      <RoleRulesFields
        draft={draft.rules}
        onChange={(rules) => enter({ rules })}
        roles={roles}
        about={hint.aboutGroups}
      />
    </FormDrawer>
  )
}
