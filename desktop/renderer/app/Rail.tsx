import { Monitor, Moon, Radio, Sparkles, Sun } from 'lucide-react'
import { useStore } from 'zustand'
import icon from '../icon.svg'
import { Button } from '../ui/Button.tsx'
import { type PageName, usePage } from './page.ts'
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
]

/** Where one can go. */
export const Rail = () => {
  const { theme, next } = useStore(themeStore)
  const ThemeIcon = THEME_ICONS[theme]
  const current = usePage()
  return (
    <nav className="rail" aria-label="Main">
      <img className="rail-logo" src={icon} alt="Edgewise" width={30} height={30} />
      {PLACES.map(({ page, label, icon: Icon }) => (
        <a
          key={page}
          className="rail-item"
          href={`#${page}`}
          aria-current={page === current ? 'page' : undefined}
        >
          <Icon size={19} aria-hidden="true" />
          {label}
        </a>
      ))}
      <Button
        kind="quiet"
        square
        className="rail-theme"
        aria-label={`${THEME_WORDS[theme]}; change`}
        title={THEME_WORDS[theme]}
        onClick={next}
      >
        <ThemeIcon size={17} />
      </Button>
    </nav>
  )
}
