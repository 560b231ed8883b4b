import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from './Button.tsx'
import './drawer.css'

/**
 * A card over the right side of the page for one thing that was chosen. Focus goes into it and, when
 * it closes, back to where the reader was; the rest of the page stays usable.
 */
export const Drawer = ({
  label,
  onClose,
  closeLabel = 'Close (Escape)',
  children,
}: {
  label: string
  onClose: () => void
  closeLabel?: string
  children: ReactNode
}) => {
  const ref = useRef<HTMLElement>(null)
  useEffect(() => {
    const cameFrom = document.activeElement
    ref.current?.focus()
    return () => {
      if (cameFrom instanceof HTMLElement) cameFrom.focus()
    }
  }, [])
  return (
    <aside ref={ref} className="drawer" aria-label={label} tabIndex={-1}>
      <Button
        kind="quiet"
        square
        className="drawer-close"
        aria-label={closeLabel}
        onClick={onClose}
      >
        <X size={17} />
      </Button>
      {children}
    </aside>
  )
}
