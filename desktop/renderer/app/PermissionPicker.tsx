import { CheckField } from '../ui/fields.tsx'
import { grouped, permissionWords } from './permission-words.ts'
import './permission-picker.css'

/** Permissions in words, by what they are about. */
export const PermissionPicker = ({
  label,
  offered,
  chosen,
  mine,
  onChange,
}: {
  label: string
  offered: readonly string[]
  chosen: readonly string[]
  /** Nobody gives what they do not have. */
  mine: readonly string[]
  onChange: (chosen: string[]) => void
}) => {
  const givable = offered.filter((each) => mine.includes(each))
  const isAll = givable.every((each) => chosen.includes(each))
  return (
    <fieldset className="permissions">
      <legend className="field-label">{label}</legend>
      <button
        type="button"
        className="permissions-all"
        onClick={() => onChange(isAll ? [] : [...givable])}
      >
        {isAll ? 'Choose none' : 'Choose all'}
      </button>
      {grouped(offered).map(({ group, permissions }) => (
        <fieldset key={group} className="permission-group">
          <legend className="permission-group-name">{group}</legend>
          {permissions.map((permission) => {
            const isChosen = chosen.includes(permission)
            const isMine = mine.includes(permission)
            return (
              <CheckField
                key={permission}
                checked={isChosen}
                disabled={!isMine && !isChosen}
                title={isMine ? permission : `${permission}: you do not have it yourself`}
                onChange={(now) =>
                  onChange(
                    now ? [...chosen, permission] : chosen.filter((one) => one !== permission),
                  )
                }
              >
                {permissionWords(permission)}
              </CheckField>
            )
          })}
        </fieldset>
      ))}
    </fieldset>
  )
}

/** Permissions that can only be read. */
export const PermissionList = ({ permissions }: { permissions: readonly string[] }) => (
  <dl className="permission-list">
    {grouped(permissions).map((each) => (
      <div key={each.group} className="permission-group">
        <dt className="permission-group-name">{each.group}</dt>
        {each.permissions.map((permission) => (
          <dd key={permission} title={permission}>
            {permissionWords(permission)}
          </dd>
        ))}
      </div>
    ))}
  </dl>
)
