import { useStore } from 'zustand'
import type { SsoConnection, SsoDomain } from '#rpc/sso.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyLine } from '../../ui/CopyLine.tsx'
import type { AskedOfDomain } from './DomainDialog.tsx'
import type { Rights } from './role-rules.ts'
import { domainState } from './sso-words.ts'

/** One domain, the record that proves it, and what can be done about it. */
export const DomainRow = ({
  connection: { id },
  domain: { domain, ...rest },
  rights,
  onAsk,
}: {
  connection: SsoConnection
  domain: SsoDomain
  rights: Rights
  onAsk: (asked: AskedOfDomain) => void
}) => {
  const { changing, changeDomain, proveDomain } = useStore(useConsoleStores().sso)
  const { label, tone, means } = domainState({ domain, ...rest })
  const { required, record } = rest
  const isProven = rest.verifiedAt !== null
  const { isBusy } = changing
  return (
    <li>
      <span className="row-name">
        {domain} <Badge tone={tone}>{label}</Badge>
      </span>
      <span className="row-soft">{means}</span>
      {!isProven && (
        <>
          <CopyLine label={`TXT record at ${domain}`} value={record} />
          <span className="field-note">
            Put it at the domain itself. It may take minutes to be seen, and may go once the domain
            is proven.
          </span>
        </>
      )}
      <div className="row-steps">
        {!isProven && rights !== 'none' && (
          <Button
            kind="primary"
            disabled={isBusy}
            aria-label={`Look for the record of ${domain}`}
            onClick={() => void proveDomain(id, domain)}
          >
            Look for the record
          </Button>
        )}
        {rights === 'all' && isProven && !required && (
          <Button
            disabled={isBusy}
            aria-label={`Require company sign-in for ${domain}`}
            onClick={() => onAsk({ domain, wish: 'required' })}
          >
            Require it
          </Button>
        )}
        {rights === 'all' && required && (
          <Button
            disabled={isBusy}
            aria-label={`Require company sign-in for ${domain} no more`}
            onClick={() => void changeDomain(id, domain, 'listed')}
          >
            Require it no more
          </Button>
        )}
        {rights === 'all' && (
          <Button
            kind="quiet"
            disabled={isBusy}
            aria-label={`Remove ${domain}`}
            onClick={() => onAsk({ domain, wish: 'gone' })}
          >
            Remove
          </Button>
        )}
      </div>
    </li>
  )
}
