import { CircleCheck, LoaderCircle, ShieldAlert } from 'lucide-react'
import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import { exactTime } from '../../app/time-words.ts'

/** What a walk through the whole log has found, in one sentence. */
export const VerificationNotice = () => {
  const verification = useStore(useConsoleStores().audit, (state) => state.verification)
  return (
    <div role="status" className="verification-place">
      {verification?.name === 'walking' && (
        <p className="verification">
          <LoaderCircle size={17} aria-hidden="true" />
          {verification.upTo === 0
            ? 'Walking through the log…'
            : `Walking through the log: right up to entry ${verification.upTo.toLocaleString('en')}…`}
        </p>
      )}
      {verification?.name === 'whole' && (
        <p className="verification verification-good">
          <CircleCheck size={17} aria-hidden="true" />
          {verification.sentence} Verified at {exactTime(verification.at)}.
        </p>
      )}
      {verification?.name === 'broken' && (
        <p className="verification verification-bad">
          <ShieldAlert size={17} aria-hidden="true" />
          <span>
            <strong>The log is not as it was written.</strong> {verification.sentence} What comes
            before is right.
          </span>
        </p>
      )}
      {verification?.name === 'failed' && (
        <p className="verification verification-bad">
          <ShieldAlert size={17} aria-hidden="true" />
          <span>
            It could not be verified. {verification.error.message} {verification.error.next}
          </span>
        </p>
      )}
    </div>
  )
}
