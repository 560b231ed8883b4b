import { Plus } from 'lucide-react'
import type { RoleView } from '#rpc/people.ts'
import { givableRoles, roleName } from '../../app/givable-roles.ts'
import { useMe } from '../../app/use-me.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/fields.tsx'
import { MappingLine } from './MappingLine.tsx'
import { moved, type RulesDraft, readRules, usualRole, withLine } from './role-rules.ts'

const MAX_CLAIM_CHARS = 200
/** No role has this id: it would have to begin with a letter. */
const NOBODY = '-'

/** How roles are given: by groups of the provider, or by admins. */
export const RoleRulesFields = ({
  draft,
  onChange,
  roles,
  about,
}: {
  draft: RulesDraft
  onChange: (draft: RulesDraft) => void
  roles: readonly RoleView[]
  /** A word on how the provider says groups. */
  about: string
}) => {
  const givable = givableRoles(useMe(), roles).map(({ id }) => id)
  const { by, claim, map, others } = draft
  const change = (part: Partial<RulesDraft>): void => onChange({ ...draft, ...part })
  const read = readRules(draft, givable)
  const message = read.kind === 'incomplete' ? read.message : null
  const optionsWith = (current: string | null) => [
    ...givable.map((id) => ({ value: id, label: roleName(roles, id) })),
    ...(current === null || givable.includes(current)
      ? []
      : [{ value: current, label: `${roleName(roles, current)} (not there any more)` }]),
  ]
  return (
    <fieldset className="sso-rules">
      <legend className="field-label">Roles</legend>
      <label className="check-field">
        <input
          type="radio"
          name="by"
          checked={by === 'claim'}
          onChange={() => change({ by: 'claim' })}
        />
        <span>
          By groups of the provider
          <br />
          <span className="field-note">
            Given anew at each sign-in: who loses a group loses its role.
          </span>
        </span>
      </label>
      <label className="check-field">
        <input
          type="radio"
          name="by"
          checked={by === 'admins'}
          onChange={() => change({ by: 'admins' })}
        />
        <span>
          By admins, on the page People
          <br />
          <span className="field-note">Who is new begins with one role for all.</span>
        </span>
      </label>
      {by === 'claim' && (
        <>
          <Field label="Claim that names groups" note={about}>
            <input
              className="field-input code"
              spellCheck={false}
              autoComplete="off"
              maxLength={MAX_CLAIM_CHARS}
              value={claim}
              onChange={(event) => change({ claim: event.target.value })}
            />
          </Field>
          <ol className="sso-map" aria-label="Roles by group">
            {map.map((line, at) => (
              <MappingLine
                key={line.key}
                line={line}
                isFirst={at === 0}
                isLast={at === map.length - 1}
                options={optionsWith(line.role)}
                onChange={(part) =>
                  change({
                    map: map.map((each) => (each.key === line.key ? { ...each, ...part } : each)),
                  })
                }
                onMove={(step) => change({ map: moved(map, line.key, step) })}
                onRemove={() => change({ map: map.filter(({ key }) => key !== line.key) })}
              />
            ))}
          </ol>
          <div className="sso-map-foot">
            <Button onClick={() => change({ map: withLine(map, usualRole(givable)) })}>
              <Plus size={15} aria-hidden="true" /> Add a group
            </Button>
            {map.length > 1 && (
              <span className="field-note">Of several that somebody has, the first counts.</span>
            )}
          </div>
        </>
      )}
      <Field label={by === 'claim' ? 'Everybody else' : 'Who is new'}>
        <select
          className="field-input"
          value={others ?? NOBODY}
          onChange={({ target }) =>
            change({ others: target.value === NOBODY ? null : target.value })
          }
        >
          <option value={NOBODY}>
            {by === 'claim' ? 'Is refused' : 'Is refused: members alone come in'}
          </option>
          {optionsWith(others).map(({ value, label }) => (
            <option key={value} value={value}>
              {by === 'claim' ? `Becomes ${label}` : `Begins as ${label}`}
            </option>
          ))}
        </select>
      </Field>
      <p role="status" className="sso-rules-message">
        {message}
      </p>
    </fieldset>
  )
}
