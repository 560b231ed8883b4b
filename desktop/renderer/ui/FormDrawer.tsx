import type { ReactNode } from 'react'
import { Button } from './Button.tsx'
import { Drawer } from './Drawer.tsx'
import './rows.css'
import { useEscape } from './use-escape.ts'

/** A form in a drawer, with what stands in its way over the buttons. */
export const FormDrawer = ({
  title,
  action,
  isReady,
  onSubmit,
  onClose,
  refusal,
  children,
}: {
  title: string
  /** What the button says; null for a form that can only be read. */
  action: string | null
  isReady: boolean
  onSubmit: () => void
  onClose: () => void
  refusal: ReactNode
  children: ReactNode
}) => {
  useEscape(onClose)
  return (
    <Drawer label={title} onClose={onClose}>
      <div className="drawer-scroll">
        <header className="drawer-header">
          <h2 className="drawer-title">{title}</h2>
        </header>
        <form
          className="drawer-form"
          onSubmit={(event) => {
            event.preventDefault()
            if (isReady) onSubmit()
          }}
        >
          {children}
          {action !== null && (
            <div className="drawer-form-foot">
              {refusal}
              <div className="drawer-form-steps">
                <Button type="submit" kind="primary" disabled={!isReady}>
                  {action}
                </Button>
                <Button kind="quiet" onClick={onClose}>
                  Cancel
                </Button>
              </div>
            </div>
          )}
        </form>
      </div>
    </Drawer>
  )
}
