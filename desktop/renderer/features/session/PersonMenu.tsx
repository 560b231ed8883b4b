import { LogOut, UserRound } from 'lucide-react'
import { useStore } from 'zustand'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Button } from '../../ui/Button.tsx'
import './person-menu.css'

/** Who is signed in, the way to one's account at the edge, and the way out. */
export const PersonMenu = () => {
  const { session, signOut } = useStore(useConsoleStores().session)
  if (session?.name !== 'signed_in') return null
  const { person, email, role, workspace, accountUrl } = session
  return (
    <details className="person-menu">
      <summary className="person-menu-open" aria-label={`${person}, ${role}`} title={person}>
        <UserRound size={18} aria-hidden="true" />
      </summary>
      <div className="person-menu-card">
        <strong>{person}</strong>
        <span className="person-menu-soft">{email}</span>
        <span className="person-menu-soft">
          {role} in {workspace.name}
        </span>
        <a className="person-menu-link" href={accountUrl} target="_blank" rel="noopener">
          Account, devices, second factor
        </a>
        <Button onClick={() => void signOut()}>
          <LogOut size={15} aria-hidden="true" /> Sign out
        </Button>
        <span className="person-menu-soft">Removes what was pulled to this computer.</span>
      </div>
    </details>
  )
}
