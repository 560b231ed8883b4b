import { useStore } from 'zustand'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { DateField, Select } from '../../ui/fields.tsx'
import { ALL_TIME, dayOf, type TimeChoice } from './time-choice.ts'

const PRESETS: readonly { value: string; label: string; choice: TimeChoice }[] = [
  { value: 'all', label: 'All time', choice: ALL_TIME },
  { value: '1', label: 'Last 24 hours', choice: { kind: 'last', days: 1 } },
  { value: '7', label: 'Last 7 days', choice: { kind: 'last', days: 7 } },
  { value: '30', label: 'Last 30 days', choice: { kind: 'last', days: 30 } },
]
const DAYS = { value: 'days', label: 'From – to' }

const presetOf = (choice: TimeChoice): string =>
  choice.kind === 'last' ? String(choice.days) : choice.kind

/** Of which time: the last days, or from one day to another, both inclusive. */
export const AuditTime = () => {
  const { filter, setFilter } = useStore(useConsoleStores().audit)
  const today = dayOf(useNow())
  const { time } = filter
  const choose = (value: string): void => {
    const preset = PRESETS.find((each) => each.value === value)
    setFilter({ time: preset?.choice ?? { kind: 'days', first: today, last: today } })
  }
  return (
    <>
      <Select label="When" value={presetOf(time)} options={[...PRESETS, DAYS]} onChange={choose} />
      {time.kind === 'days' && (
        <span className="audit-days">
          <DateField
            label="First day"
            value={time.first}
            max={time.last || today}
            onChange={(first) => setFilter({ time: { ...time, first } })}
          />
          <span aria-hidden="true">–</span>
          <DateField
            label="Last day"
            value={time.last}
            min={time.first}
            max={today}
            onChange={(last) => setFilter({ time: { ...time, last } })}
          />
        </span>
      )}
    </>
  )
}
