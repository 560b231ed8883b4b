import { CloudOff, TriangleAlert } from 'lucide-react'
import { useStore } from 'zustand'
import { Button } from '../ui/Button.tsx'
import { Chip } from '../ui/Chip.tsx'
import { useNow } from './clock.ts'
import { connectionWords } from './connection-words.ts'
import { useConsoleStores } from './console-stores.ts'
import './connection-status.css'

const useConnectionWords = () => {
  const { link, connection } = useStore(useConsoleStores().connection)
  return connectionWords(link, connection, useNow())
}

/** How current the page is, always in sight. */
export const ConnectionChip = () => {
  const { tone, label } = useConnectionWords()
  return <Chip tone={tone}>{label}</Chip>
}

/** What lasts or needs somebody, over the page; spoken when it comes. */
export const ConnectionBanner = () => {
  const { tone, banner } = useConnectionWords()
  const retry = useStore(useConsoleStores().connection, (state) => state.retry)
  const Icon = tone === 'warning' ? CloudOff : TriangleAlert
  return (
    <div role="status">
      {banner !== null && (
        <div className={`connection-banner connection-banner-${tone}`}>
          <Icon size={16} aria-hidden="true" />
          <p>
            <strong>{banner.title}</strong> {banner.text}
          </p>
          {banner.retry && <Button onClick={retry}>Try now</Button>}
        </div>
      )}
    </div>
  )
}
