import '@fontsource-variable/inter/wght.css'
import './ui/tokens.css'
import './ui/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { CrashBoundary } from './app/CrashBoundary.tsx'
import { createConsoleLink } from './app/console-link.ts'
import { ConsoleStoresContext, createConsoleStores } from './app/console-stores.ts'
import { openChannel } from './app/open-channel.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element.')

const stores = createConsoleStores(createConsoleLink(openChannel))

createRoot(root).render(
  <StrictMode>
    <CrashBoundary>
      <ConsoleStoresContext value={stores}>
        <App />
      </ConsoleStoresContext>
    </CrashBoundary>
  </StrictMode>,
)
