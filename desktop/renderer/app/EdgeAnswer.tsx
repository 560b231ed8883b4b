import { CloudOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { FetchFailed } from './FetchFailed.tsx'
import type { Remote } from './remote.ts'

/** What is asked of the edge: on its way, not to be had, or there. */
export const EdgeAnswer = <T,>({
  remote,
  retry,
  rows = 6,
  children,
}: {
  remote: Remote<T>
  retry: () => Promise<void>
  rows?: number
  children: (value: T) => ReactNode
}) => {
  if (remote.name === 'loading') return <SkeletonRows rows={rows} height={64} />
  if (remote.name === 'ready') return children(remote.value)
  return <FetchFailed icon={CloudOff} error={remote.error} retry={retry} />
}
