import { ShieldCheck, TriangleAlert } from 'lucide-react'
import { Button } from '../ui/Button.tsx'
import type { EdgeChange } from './edge-change.ts'
import './change-refusal.css'

/**
 * Why a change was not made. Where the edge only wants to know that it is still the same person, the way to
 * say so, and a button that then makes the change: nothing has to be entered twice.
 */
export const ChangeRefusal = ({ change }: { change: EdgeChange }) => {
  const { refusal, again, dismiss, isBusy } = change
  return (
    <div role="alert" className="change-refusal-place">
      {refusal?.confirmUrl !== undefined && (
        <div className="change-refusal change-refusal-confirm">
          <ShieldCheck size={17} aria-hidden="true" />
          <p>
            <strong>Please confirm that it is you.</strong> It was a while ago that you proved it,
            and this cannot be undone easily.
          </p>
          <div className="change-refusal-actions">
            <a
              className="button button-primary"
              href={refusal.confirmUrl}
              target="_blank"
              rel="noopener"
            >
              Confirm in the browser
            </a>
            <Button disabled={isBusy} onClick={() => void again()}>
              Try again
            </Button>
            <Button kind="quiet" onClick={dismiss}>
              Leave it
            </Button>
          </div>
        </div>
      )}
      {refusal !== null && refusal.confirmUrl === undefined && (
        <div className="change-refusal">
          <TriangleAlert size={17} aria-hidden="true" />
          <p>
            <strong>{refusal.message}</strong> {refusal.next}
          </p>
          <div className="change-refusal-actions">
            <Button kind="quiet" onClick={dismiss}>
              Close
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}
