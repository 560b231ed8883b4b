import { useStore } from 'zustand'
import type { AuditItem } from '#rpc/audit.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { wholeTime } from '../../app/time-words.ts'
import { Drawer } from '../../ui/Drawer.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { useEscape } from '../../ui/use-escape.ts'
import { fromWords, subjectWords, valueRows, whoWords } from './audit-words.ts'

/** One entry in full: who, what, from where, and what was there before and after. */
export const EntryDrawer = ({ item }: { item: AuditItem }) => {
  const { people, close } = useStore(useConsoleStores().audit)
  useEscape(close)
  return (
    <Drawer label={`Entry ${item.seq}`} onClose={close}>
      <div className="drawer-scroll">
        <header className="drawer-header">
          <h2 className="drawer-title">{item.sentence}</h2>
        </header>
        <section className="drawer-section">
          <dl className="facts">
            <Fact label="Who">{whoWords(item, people)}</Fact>
            <Fact label="To what">{subjectWords(item, people)}</Fact>
            <Fact label="When">{wholeTime(item.at)}</Fact>
            <Fact label="From where">{fromWords(item) || 'not known'}</Fact>
            {item.values?.reason && (
              <Fact label="Why">
                <span className="audit-reason">{item.values.reason}</span>
              </Fact>
            )}
          </dl>
        </section>
        <Values item={item} />
        <section className="drawer-section">
          <h3>In the chain</h3>
          <dl className="facts">
            <Fact label="Entry">{item.seq}</Fact>
            <Fact label="Action">
              <span className="code">{item.action}</span>
            </Fact>
            <Fact label="Subject">
              <span className="code">{item.subject.id}</span>
            </Fact>
            <Fact label="Hash">
              <span className="code">{item.hash}</span>
            </Fact>
          </dl>
        </section>
      </div>
    </Drawer>
  )
}

const Values = ({ item }: { item: AuditItem }) => {
  if (item.erased) {
    return (
      <section className="drawer-section">
        <h3>Before and after</h3>
        <p className="audit-soft">
          Erased: these values named somebody who was erased. The entry itself still holds, and the
          chain with it.
        </p>
      </section>
    )
  }
  const rows = item.values === null ? [] : valueRows(item.values.before, item.values.after)
  if (rows.length === 0) return null
  return (
    <section className="drawer-section">
      <h3>Before and after</h3>
      <table className="values">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ field, before, after, isChanged }) => (
            <tr key={field} className={isChanged ? 'value-changed' : ''}>
              <th scope="row">{field}</th>
              <td>{before}</td>
              <td>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
