import { useState } from 'react'
import { useStore } from 'zustand'
import type { PeopleView } from '#rpc/people.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { roleName } from '../../app/givable-roles.ts'
import { useMe } from '../../app/use-me.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { CheckField } from '../../ui/fields.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useMay } from '../session/use-may.ts'
import { EVERYBODY, namesOf, withoutFactor } from './role-choices.ts'

/** Who has to show a second factor when they sign in. */
export const SecondFactorPanel = ({
  view,
  demanded,
}: {
  view: PeopleView
  demanded: readonly string[]
}) => {
  const { askSecondFactor, changing } = useStore(useConsoleStores().people)
  const mayWrite = useMay('sign-in:write')
  const me = useMe()
  /** Null while nothing was changed: then what counts is shown, also when it changes. */
  const [edited, setEdited] = useState<string[] | null>(null)
  const [isAsked, setAsked] = useState(false)
  const chosen = edited ?? demanded
  const everybody = chosen.includes(EVERYBODY)
  const toggle = (role: string, now: boolean): void =>
    setEdited(now ? [...chosen, role] : chosen.filter((each) => each !== role))
  const lacking = withoutFactor(view.members, chosen)
  return (
    <Panel id="second-factor" title="Second factor">
      <form
        className="second-factor"
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(true)
        }}
      >
        <p>Who has to show more than a password to work in this workspace:</p>
        <CheckField
          checked={everybody}
          disabled={!mayWrite}
          onChange={(now) => toggle(EVERYBODY, now)}
        >
          Everybody
        </CheckField>
        {view.roles.map(({ id }) => (
          <CheckField
            key={id}
            checked={everybody || chosen.includes(id)}
            disabled={!mayWrite || everybody}
            onChange={(now) => toggle(id, now)}
          >
            {roleName(view.roles, id)}
          </CheckField>
        ))}
        {edited !== null && (
          <div className="row-steps">
            <Button type="submit" kind="primary" disabled={changing.isBusy}>
              Save
            </Button>
            <Button kind="quiet" onClick={() => setEdited(null)}>
              Leave as it was
            </Button>
          </div>
        )}
      </form>
      {isAsked && (
        <Dialog
          title="Change who needs a second factor?"
          action="Save"
          asksWhy
          onClose={() => setAsked(false)}
          onConfirm={(reason) => {
            setAsked(false)
            void askSecondFactor([...chosen], reason).then(() => setEdited(null))
          }}
        >
          {lacking.length === 0 ? (
            <p>Everybody whom it concerns has one already.</p>
          ) : (
            <p>
              {namesOf(lacking)}{' '}
              {lacking.length === 1 ? 'has none yet and loses' : 'have none yet and lose'} access
              within half a minute, until one is set up.
            </p>
          )}
          {lacking.some(({ email }) => email === me.email) && (
            <p>
              <strong>You have none yourself.</strong> Set one up first: under the sign for
              yourself, “Account, devices, second factor”.
            </p>
          )}
        </Dialog>
      )}
    </Panel>
  )
}
