import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { RpcErrorBody } from '#rpc/rpc-error.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'

/** What could not be fetched, why, and once more. */
export const FetchFailed = ({
  error,
  retry,
  icon = CircleAlert,
}: {
  error: RpcErrorBody
  retry: () => Promise<void>
  icon?: LucideIcon
}) => (
  <EmptyState
    icon={icon}
    title={error.message}
    text={error.next ?? ''}
    action={<Button onClick={() => void retry()}>Try again</Button>}
  />
)
