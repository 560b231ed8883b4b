import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Select } from '../../ui/fields.tsx'
import { AuditTime } from './AuditTime.tsx'
import { ACTION_CHOICES, actorId, whoWords } from './audit-words.ts'

const ALL = ''

/** By what was done, when, and by whom: members, and whoever else stands in what was loaded. */
export const AuditFilters = () => {
  const { filter, list, people, setFilter } = useStore(useConsoleStores().audit)
  const members = people.map(({ userId, name }) => ({ value: userId, label: name }))
  const seen = list.name === 'ready' ? list.value.items : []
  const actors = new Map(members.map((each) => [each.value, each]))
  for (const item of seen) {
    const value = actorId(item)
    if (!actors.has(value)) actors.set(value, { value, label: whoWords(item, people) })
  }
  // What is filtered by stays in the list, also where nothing was found.
  if (filter.actor !== null && !actors.has(filter.actor)) {
    actors.set(filter.actor, { value: filter.actor, label: filter.actor })
  }
  return (
    <>
      <Select
        label="What was done"
        value={filter.action ?? ALL}
        options={[{ value: ALL, label: 'Everything' }, ...ACTION_CHOICES]}
        onChange={(value) => setFilter({ action: value === ALL ? null : value })}
      />
      <Select
        label="Who did it"
        value={filter.actor ?? ALL}
        options={[{ value: ALL, label: 'Everybody' }, ...actors.values()]}
        onChange={(value) => setFilter({ actor: value === ALL ? null : value })}
      />
      <AuditTime />
    </>
  )
}
