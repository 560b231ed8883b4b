import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { MAX_REASON_CHARS } from '#shared/audit/reason.ts'
import { Button } from './Button.tsx'
import './dialog.css'
import { Field } from './fields.tsx'

/**
 * Asks before something that is felt by others. The browser keeps the focus inside, closes it on Escape and
 * gives the focus back.
 */
export const Dialog = ({
  title,
  action,
  isDangerous = false,
  asksWhy = false,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** What the button that does it says. */
  action: string
  isDangerous?: boolean
  /** For what the audit log keeps: whoever does it may say why. */
  asksWhy?: boolean
  /** @param reason empty where none was given */
  onConfirm: (reason: string) => void
  onClose: () => void
  children: ReactNode
}) => {
  const ref = useRef<HTMLDialogElement>(null)
  const cancelRef = useRef<HTMLButtonElement>(null)
  const titleId = useId()
  const [reason, setReason] = useState('')
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // The browser would take the first control, and a telephone then hide the consequences behind its keyboard.
    cancelRef.current?.focus()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onKeyDown={(event) => {
        // What lies under the dialog would close too.
        if (event.key === 'Escape') event.stopPropagation()
      }}
    >
      <h2 className="dialog-title" id={titleId}>
        {title}
      </h2>
      <div className="dialog-text">
        {children}
        {asksWhy && (
          <Field label="Why (optional, kept in the audit log)">
            <textarea
              className="field-input"
              rows={2}
              maxLength={MAX_REASON_CHARS}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </Field>
        )}
      </div>
      <div className="dialog-actions">
        <Button ref={cancelRef} onClick={onClose}>
          Cancel
        </Button>
        <Button kind={isDangerous ? 'danger' : 'primary'} onClick={() => onConfirm(reason)}>
          {action}
        </Button>
      </div>
    </dialog>
  )
}
