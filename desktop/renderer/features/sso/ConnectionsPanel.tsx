import { Building2, Plus } from 'lucide-react'
import { useStore } from 'zustand'
import type { RoleView } from '#rpc/people.ts'
import type { SsoConnection } from '#rpc/sso.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useMay } from '../session/use-may.ts'
import { connectionState, domainState, rulesWords } from './sso-words.ts'

/** The providers that are connected, or what connecting one is good for. */
export const ConnectionsPanel = ({
  connections,
  roles,
}: {
  connections: readonly SsoConnection[]
  roles: readonly RoleView[]
}) => {
  const open = useStore(useConsoleStores().sso, (state) => state.open)
  const mayWrite = useMay('sign-in:write')
  const connect = mayWrite && (
    <Button kind="primary" onClick={() => open({ name: 'connect' })}>
      <Plus size={15} aria-hidden="true" /> Connect a provider
    </Button>
  )
  return (
    <Panel
      id="sso-connections"
      title="Identity providers"
      note={connections.length === 0 ? undefined : String(connections.length)}
      tools={connections.length > 0 && connect}
    >
      {connections.length === 0 ? (
        <EmptyState
          icon={Building2}
          title="No provider is connected"
          text="With the one that your company has, such as Okta, Entra ID or Google, people sign in without a password of their own here and get their role from it. You need a web app registered there, and a DNS record at your domain."
          action={connect}
        />
      ) : (
        <ul className="rows">
          {connections.map((connection) => (
            <ConnectionRow
              key={connection.id}
              connection={connection}
              roles={roles}
              onOpen={() => open({ name: 'connection', id: connection.id, isNew: false })}
            />
          ))}
        </ul>
      )}
    </Panel>
  )
}

const ConnectionRow = ({
  connection,
  roles,
  onOpen,
}: {
  connection: SsoConnection
  roles: readonly RoleView[]
  onOpen: () => void
}) => {
  const { name, issuer, domains } = connection
  const { label, tone, means } = connectionState(connection)
  return (
    <li>
      <div className="row-about">
        <span className="row-name">
          {name}
          <Badge tone={tone} title={means}>
            {label}
          </Badge>
        </span>
        <span className="code sso-issuer">{issuer}</span>
        {domains.length > 0 && (
          <ul className="sso-domain-names" aria-label={`Domains of ${name}`}>
            {domains.map((each) => {
              const state = domainState(each)
              return (
                <li key={each.domain}>
                  {each.domain}{' '}
                  <Badge tone={state.tone} title={state.means}>
                    {state.label}
                  </Badge>
                </li>
              )
            })}
          </ul>
        )}
        <span className="row-soft">{rulesWords(connection, roles)}</span>
      </div>
      <Button aria-label={`Open the connection ${name}`} onClick={onOpen}>
        Open
      </Button>
    </li>
  )
}
