import { useState } from 'react'
import { useStore } from 'zustand'
import type { NewKey } from '#rpc/keys.ts'
import { KEY_KINDS, type KeyKind, permissionsOfKey } from '#shared/access/matrix.ts'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { PermissionPicker } from '../../app/PermissionPicker.tsx'
import { useMe } from '../../app/use-me.ts'
import { FormDrawer } from '../../ui/FormDrawer.tsx'
import { NameField } from '../../ui/fields.tsx'
import { KIND_WORDS, originsOf } from './key-words.ts'
import { LinesField } from './LinesField.tsx'

const OFFERED: readonly string[] = permissionsOfKey('secret')

/** A new key: what for, and what it may do. */
export const MakeKeyDrawer = () => {
  const { changing, makeKey, close } = useStore(useConsoleStores().keys)
  const me = useMe()
  const [kind, setKind] = useState<KeyKind>('write')
  const [name, setName] = useState('')
  const [origins, setOrigins] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const read = originsOf(origins)
  const given = name.trim()
  const key = draftOf(kind, given, read.kind === 'lines' ? read.lines : null, chosen)
  return (
    <FormDrawer
      title="Make a key"
      action="Make the key"
      isReady={key !== null && !changing.isBusy}
      onSubmit={() => key && void makeKey(key)}
      onClose={close}
      refusal={<ChangeRefusal change={changing} />}
    >
      <fieldset className="radio-fields">
        <legend className="visually-hidden">Kind of key</legend>
        {KEY_KINDS.map((each) => (
          <label key={each} className="check-field">
            <input
              type="radio"
              name="kind"
              checked={kind === each}
              onChange={() => setKind(each)}
            />
            <span>
              <span className="field-label">{KIND_WORDS[each].label}</span>
              <br />
              <span className="field-note">{KIND_WORDS[each].means}.</span>
            </span>
          </label>
        ))}
      </fieldset>
      <NameField
        note="What it is for, so that it can be told from others later."
        value={name}
        onChange={setName}
      />
      {kind === 'write' ? (
        <LinesField
          label="Sites that may use it"
          note="One a line, such as https://www.example.com. Left empty, any site may."
          value={origins}
          read={read}
          onChange={setOrigins}
        />
      ) : (
        <PermissionPicker
          label="It may"
          offered={OFFERED}
          chosen={chosen}
          mine={me.permissions}
          onChange={setChosen}
        />
      )}
    </FormDrawer>
  )
}

const draftOf = (
  kind: KeyKind,
  name: string,
  origins: readonly string[] | null,
  permissions: string[],
): NewKey | null => {
  if (name === '') return null
  if (kind === 'secret') return permissions.length === 0 ? null : { kind, name, permissions }
  if (origins === null) return null
  return { kind, name, allowedOrigins: origins.length === 0 ? null : [...origins] }
}
