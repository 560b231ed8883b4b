import {
  Building2,
  KeyRound,
  Monitor,
  Moon,
  Radio,
  ScrollText,
  Sparkles,
  Sun,
  Users,
} from 'lucide-react'
import { useStore } from 'zustand'
import { may } from '../features/session/may.ts'
import { PersonMenu } from '../features/session/PersonMenu.tsx'
import icon from '../icon.svg'
import { Button } from '../ui/Button.tsx'
import { useConsoleStores } from './console-stores.ts'
import { PAGE_NEEDS, type PageName, usePage } from './page.ts'
import { type Theme, themeStore } from './theme.ts'
import './rail.css'

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon }
const THEME_WORDS: Record<Theme, string> = {
  system: 'Colours follow the computer',
  light: 'Light colours',
  dark: 'Dark colours',
}

const PLACES: readonly { page: PageName; label: string; icon: typeof Radio }[] = [
  { page: 'live', label: 'Live', icon: Radio },
  { page: 'models', label: 'Models', icon: Sparkles },
  { page: 'people', label: 'People', icon: Users },
  { page: 'keys', label: 'Keys', icon: KeyRound },
  { page: 'sign-in', label: 'Sign-in', icon: Building2 },
  { page: 'audit', label: 'Audit', icon: ScrollText },
]

/** Where one can go; what the role has nothing on is not offered. */
export const Rail = () => {
  const { theme, next } = useStore(themeStore)
  const ThemeIcon = THEME_ICONS[theme]
  const current = usePage()
  const session = useStore(useConsoleStores().session, (state) => state.session)
  return (
    <nav className="rail" aria-label="Main">
      <img className="rail-logo" src={icon} alt="Edgewise" width={30} height={30} />
      {PLACES.filter(({ page }) => may(session, PAGE_NEEDS[page])).map(
        ({ page, label, icon: Icon }) => (
          <a
            key={page}
            className="rail-item"
            href={`#${page}`}
            aria-current={page === current ? 'page' : undefined}
          >
            <Icon size={19} aria-hidden="true" />
            {label}
          </a>
        ),
      )}
      <div className="rail-foot">
        <PersonMenu />
        <Button
          kind="quiet"
          square
          aria-label={`${THEME_WORDS[theme]}; change`}
          title={THEME_WORDS[theme]}
          onClick={next}
        >
          <ThemeIcon size={17} />
        </Button>
      </div>
    </nav>
  )
}
