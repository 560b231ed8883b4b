import type { ComponentProps } from 'react'
import './button.css'

type Props = ComponentProps<'button'> & {
  kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  /** For a button that is only an icon; give it an aria-label too. */
  square?: boolean
}

export const Button = ({ kind = 'plain', square = false, className, ...rest }: Props) => (
  <button
    type="button"
    className={`button button-${kind} ${square ? 'button-square' : ''} ${className ?? ''}`}
    {...rest}
  />
)
