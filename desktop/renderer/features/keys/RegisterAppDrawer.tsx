import { useState } from 'react'
import { useStore } from 'zustand'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { PermissionPicker } from '../../app/PermissionPicker.tsx'
import { useMe } from '../../app/use-me.ts'
import { FormDrawer } from '../../ui/FormDrawer.tsx'
import { CheckField, NameField } from '../../ui/fields.tsx'
import { redirectsOf } from './key-words.ts'
import { LinesField } from './LinesField.tsx'

/** An app of others that people of this workspace may let in. */
export const RegisterAppDrawer = () => {
  const { changing, registerApp, close } = useStore(useConsoleStores().keys)
  const me = useMe()
  const [name, setName] = useState('')
  const [redirects, setRedirects] = useState('')
  const [confidential, setConfidential] = useState(false)
  const [chosen, setChosen] = useState<string[]>([])
  const read = redirectsOf(redirects)
  const redirectUris = read.kind === 'lines' ? read.lines : []
  const given = name.trim()
  const isWhole = given !== '' && redirectUris.length > 0 && chosen.length > 0
  return (
    <FormDrawer
      title="Register an app"
      action="Register the app"
      isReady={isWhole && !changing.isBusy}
      onSubmit={() =>
        void registerApp({ name: given, redirectUris, permissions: chosen, confidential })
      }
      onClose={close}
      refusal={<ChangeRefusal change={changing} />}
    >
      <NameField
        note="People see it when the app asks to be let in."
        value={name}
        onChange={setName}
      />
      <LinesField
        label="Addresses for its answers"
        note="One a line. They are compared letter by letter; http only for 127.0.0.1, on any port."
        value={redirects}
        read={read}
        onChange={setRedirects}
      />
      <CheckField checked={confidential} onChange={setConfidential}>
        It runs on a server that can keep a secret
      </CheckField>
      <PermissionPicker
        label="It may ask people to let it"
        offered={me.permissions}
        chosen={chosen}
        mine={me.permissions}
        onChange={setChosen}
      />
    </FormDrawer>
  )
}
