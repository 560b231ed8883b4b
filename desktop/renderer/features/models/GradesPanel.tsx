import { useState } from 'react'
import { useStore } from 'zustand'
import type { ModelsView } from '#rpc/models.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Button } from '../../ui/Button.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Grade } from '../leads/Grade.tsx'
import { useMay } from '../session/use-may.ts'
import { gradesOf } from './model-words.ts'

const GRADES = ['A', 'B', 'C'] as const
type Typed = Record<(typeof GRADES)[number], string>

/** Two decimals of a percent are finer than any cut-off is meant. */
const percentOf = (share: number): string => String(Math.round(share * 10_000) / 100)

const typedOf = ({ grades, modelGrades }: ModelsView): Typed => {
  const { A, B, C } = grades ?? modelGrades
  return { A: percentOf(A), B: percentOf(B), C: percentOf(C) }
}

/** From which chance of converting a lead is an A, a B, a C. */
export const GradesPanel = ({ view }: { view: ModelsView }) => {
  const store = useConsoleStores().models
  const { changing, grade } = useStore(store)
  const { isBusy } = changing
  const mayChange = useMay('models:write')
  /** Null while nobody has typed: then what counts is shown, also when it changes. */
  const [typed, setTyped] = useState<Typed | null>(null)
  const shown = typed ?? typedOf(view)
  const read = gradesOf(shown)
  return (
    <Panel
      id="grades"
      title="Grades"
      note={view.grades === null ? 'The model’s own cut-offs' : 'Your cut-offs'}
      tools={
        mayChange &&
        view.grades !== null && (
          <Button
            disabled={isBusy}
            onClick={() => {
              setTyped(null)
              void grade(null)
            }}
          >
            Use the model’s own
          </Button>
        )
      }
    >
      <form
        className="models-text"
        onSubmit={(event) => {
          event.preventDefault()
          if (read.kind !== 'grades') return
          setTyped(null)
          void grade(read.grades)
        }}
      >
        <div className="cutoffs">
          {GRADES.map((name) => (
            <label key={name} className="cutoff">
              <Grade grade={name} /> from
              <input
                className="cutoff-input tabular"
                inputMode="decimal"
                disabled={!mayChange}
                aria-label={`Least chance of grade ${name}, in percent`}
                value={shown[name]}
                onChange={(event) => setTyped({ ...shown, [name]: event.target.value })}
              />
              %
            </label>
          ))}
        </div>
        <p className="model-soft" role="status">
          {read.kind === 'invalid' ? read.message : 'Chance of converting; below C it is a D.'}
        </p>
        {typed !== null && (
          <div className="model-steps">
            <button
              type="submit"
              className="button button-primary"
              disabled={isBusy || read.kind === 'invalid'}
            >
              Save
            </button>
            <Button kind="quiet" onClick={() => setTyped(null)}>
              Leave as it was
            </Button>
          </div>
        )}
      </form>
    </Panel>
  )
}
