import { Monitor, Moon, Radio, Sun } from 'lucide-react'
import { useStore } from 'zustand'
import icon from '../icon.svg'
import { Button } from '../ui/Button.tsx'
import { type Theme, themeStore } from './theme.ts'
import './rail.css'

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon }
const THEME_WORDS: Record<Theme, string> = {
  system: 'Colours follow the computer',
  light: 'Light colours',
  dark: 'Dark colours',
}

/** Where one can go. There is one page so far. */
export const Rail = () => {
  const { theme, next } = useStore(themeStore)
  const ThemeIcon = THEME_ICONS[theme]
  return (
    <nav className="rail" aria-label="Main">
      <img className="rail-logo" src={icon} alt="Edgewise" width={30} height={30} />
      <a className="rail-item" href="#live" aria-current="page">
        <Radio size={19} aria-hidden="true" />
        Live
      </a>
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
