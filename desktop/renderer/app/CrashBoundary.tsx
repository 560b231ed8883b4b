import { CircleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'

/** What is shown instead of a blank window when the page itself fails. */
export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true }
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children
    return (
      <div className="crash">
        <EmptyState
          icon={CircleAlert}
          title="This page met an error"
          text="Your data is safe: it is kept by the console’s back end."
          action={<Button onClick={() => location.reload()}>Reload</Button>}
        />
      </div>
    )
  }
}
