import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Button } from './Button.tsx'
import './dialog.css'

/**
 * Asks before something that is felt by others. The browser keeps the focus inside, closes it on Escape and
 * gives the focus back.
 */
export const Dialog = ({
  title,
  action,
  isDangerous = false,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** What the button that does it says. */
  action: string
  isDangerous?: boolean
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}) => {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
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
      <div className="dialog-text">{children}</div>
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind={isDangerous ? 'danger' : 'primary'} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </dialog>
  )
}
