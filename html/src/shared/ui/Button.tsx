import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';
import { Icon, type IconName } from './Icon';

export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger';

const base =
  'inline-flex items-center justify-center gap-1.5 rounded-lg font-medium whitespace-nowrap ' +
  'transition-colors disabled:opacity-50 select-none';

const kinds: Record<ButtonKind, string> = {
  primary: 'bg-accent text-on-accent not-disabled:hover:bg-accent-deep',
  plain: 'border border-edge bg-surface text-ink not-disabled:hover:bg-hover',
  quiet: 'text-muted not-disabled:hover:bg-hover not-disabled:hover:text-ink',
  danger: 'border border-bad/50 bg-surface text-bad not-disabled:hover:bg-bad-soft',
};

const sizes = { normal: 'min-h-9 px-3.5 text-sm', small: 'min-h-7 px-2.5 text-[0.8125rem]' };

interface Look {
  kind?: ButtonKind;
  size?: keyof typeof sizes;
  icon?: IconName;
}

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> &
  Look & {
    /** A key that does the same, shown beside the words. */
    hint?: string;
    busy?: boolean;
  };

export function Button({
  kind = 'plain',
  size = 'normal',
  icon,
  hint,
  busy,
  children,
  className = '',
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={`${base} ${kinds[kind]} ${sizes[size]} ${className}`}
    >
      {icon && <Icon name={icon} className={busy ? 'size-4 breathing' : 'size-4'} />}
      {children}
      {hint && <Key>{hint}</Key>}
    </button>
  );
}

/** A button of an icon alone; its name is read out and shown as a tip. */
export function IconButton({
  icon,
  name,
  className = '',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { icon: IconName; name: string }) {
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      {...rest}
      className={`${base} ${kinds.quiet} size-9 ${className}`}
    >
      <Icon name={icon} />
    </button>
  );
}

export function ButtonLink({
  href,
  kind = 'plain',
  size = 'normal',
  icon,
  children,
}: Look & { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={`${base} ${kinds[kind]} ${sizes[size]}`}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd
      aria-hidden="true"
      className="
        ml-1 hidden rounded border border-current/30 px-1 text-[0.6875rem] leading-4 opacity-70
        sm:inline
      "
    >
      {children}
    </kbd>
  );
}
