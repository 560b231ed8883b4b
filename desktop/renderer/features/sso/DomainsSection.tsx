import { useState } from 'react'
import { useStore } from 'zustand'
import type { SsoConnection } from '#rpc/sso.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { type AskedOfDomain, DomainDialog } from './DomainDialog.tsx'
import { DomainRow } from './DomainRow.tsx'
import { readDomains } from './domain-names.ts'
import { OneFieldForm } from './OneFieldForm.tsx'
import type { Rights } from './role-rules.ts'

const MAX_DOMAIN_CHARS = 253

/** Whose addresses come in through a connection, with what is left to prove. */
export const DomainsSection = ({
  connection,
  rights,
}: {
  connection: SsoConnection
  rights: Rights
}) => {
  const { changing, changeDomain } = useStore(useConsoleStores().sso)
  const [asked, setAsked] = useState<AskedOfDomain | null>(null)
  const { id, domains } = connection
  return (
    <section className="drawer-section sso-section">
      <h3>Domains</h3>
      {domains.length === 0 && <p>There is none, so that nobody is led to this provider.</p>}
      <ul className="sso-domains">
        {domains.map((domain) => (
          <DomainRow
            key={domain.domain}
            connection={connection}
            domain={domain}
            rights={rights}
            onAsk={setAsked}
          />
        ))}
      </ul>
      {rights === 'all' && (
        <OneFieldForm
          opens="Add a domain"
          label="Domain"
          note="What stands behind the @ in people’s addresses."
          action="Add the domain"
          maxChars={MAX_DOMAIN_CHARS}
          isBusy={changing.isBusy}
          problemOf={(text) => {
            const read = readDomains(text)
            if (read.kind === 'invalid') return read.message
            return read.domains.length > 1 ? 'One after the other, please.' : null
          }}
          onSubmit={(text) => {
            const read = readDomains(text)
            const [domain] = read.kind === 'domains' ? read.domains : []
            const isThere = domains.some((each) => each.domain === domain)
            if (domain !== undefined && !isThere) void changeDomain(id, domain, 'listed')
          }}
        />
      )}
      {asked !== null && (
        <DomainDialog
          asked={asked}
          connection={connection}
          onClose={() => setAsked(null)}
          onConfirm={(reason) => {
            setAsked(null)
            void changeDomain(id, asked.domain, asked.wish, reason)
          }}
        />
      )}
    </section>
  )
}
