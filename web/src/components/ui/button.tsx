import type { ButtonHTMLAttributes } from 'react';
import { classNames } from '@/components/class-names';

export type ButtonLook = 'primary' | 'secondary' | 'quiet';

const BASE =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 py-2 font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-60';

const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-edge bg-surface text-ink hover:bg-sunken',
  quiet: 'text-accent hover:bg-accent-soft',
};

/** Also for links that look like a button. */
export function buttonClass(look: ButtonLook = 'primary', extra?: string): string {
  return classNames(BASE, LOOKS[look], extra);
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  /** Still working: the button keeps its name and its focus, and takes no further click. */
  readonly busy?: boolean;
}

export function Button({ look = 'primary', busy = false, className, type, onClick, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type ?? 'button'}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={buttonClass(look, classNames(busy && 'animate-pulse', className))}
    />
  );
}
