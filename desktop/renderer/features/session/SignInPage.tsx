import { ExternalLink, LogIn } from 'lucide-react'
import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import icon from '../../icon.svg'
import { Button } from '../../ui/Button.tsx'
import './sign-in-page.css'

/** Nobody is signed in: one thing to do, and why if somebody was. */
export const SignInPage = () => {
  const { session, problem, signIn, cancel } = useStore(useConsoleStores().session)
  const isWaiting = session?.name === 'signing_in'
  const reason = session?.name === 'signed_out' ? session.reason : null
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <img src={icon} alt="" width={44} height={44} />
        <h1 className="sign-in-title">
          {isWaiting ? 'Go on in your browser' : 'Sign in to Edgewise'}
        </h1>
        <p className="sign-in-text">
          {isWaiting
            ? 'A page of your edge has opened there. This one goes on by itself when you are done.'
            : 'Your browser opens a page of your edge, where your password stays.'}
        </p>
        <div role="alert">
          {(problem || reason) && (
            <p className="sign-in-problem">
              {problem ? `${problem.message} ${problem.next ?? ''}` : reason}
            </p>
          )}
        </div>
        {isWaiting ? (
          <div className="sign-in-actions">
            <a className="sign-in-link" href={session.url} target="_blank" rel="noopener">
              <ExternalLink size={15} aria-hidden="true" /> Open the page again
            </a>
            <Button onClick={() => void cancel()}>Cancel</Button>
          </div>
        ) : (
          <Button kind="primary" onClick={() => void signIn()}>
            <LogIn size={16} aria-hidden="true" /> Sign in
          </Button>
        )}
      </div>
    </main>
  )
}
