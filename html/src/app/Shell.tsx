import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { listPending } from '../approvals/api';
import { count } from '../shared/format';
import { keys } from '../shared/query';
import { IconButton } from '../shared/ui/Button';
import { Icon } from '../shared/ui/Icon';
import { navigation } from './routes';
import { ShortcutsDialog, useGoKeys } from './shortcuts';
import { useTheme } from './theme';

/** What stands around every page: where one can go, how many decisions wait, the theme. */
export function Shell({ children }: { children: ReactNode }) {
  const [showKeys, setShowKeys] = useState(false);
  useGoKeys(() => setShowKeys(true));
  const pending = useQuery({
    queryKey: [...keys.approvals, 'pending'],
    queryFn: listPending,
    refetchInterval: 2000,
  });
  const due = pending.data?.length ?? 0;

  return (
    <div className="min-h-dvh pb-14 md:flex md:pb-0">
      <a
        href="#page"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('page')?.focus();
        }}
        className="
          sr-only z-50 rounded-lg bg-surface px-4 py-2 focus:not-sr-only focus:fixed focus:top-2
          focus:left-2
        "
      >
        Skip to the page
      </a>
      <header className="
        flex items-center gap-2 border-b border-line bg-surface px-4 py-2 md:sticky md:top-0
        md:h-dvh md:w-56 md:flex-col md:items-stretch md:border-r md:border-b-0 md:px-3 md:py-5
      ">
        <Brand />
        <div className="flex-1 md:mt-5">
          <Navigation due={due} />
        </div>
        <Tools onKeys={() => setShowKeys(true)} />
      </header>
      <main id="page" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        {children}
      </main>
      {showKeys && <ShortcutsDialog onClose={() => setShowKeys(false)} />}
    </div>
  );
}

function Brand() {
  return (
    <Link href="/" className="flex items-center gap-2.5 rounded-lg md:px-2">
      <svg viewBox="0 0 32 32" aria-hidden="true" className="size-7">
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <g fill="none" strokeWidth="2.4" strokeLinecap="round" className="stroke-on-accent">
          <path d="M9 10v7a6 6 0 0 0 6 6h8M9 14h11" />
        </g>
        <g className="fill-on-accent">
          <circle cx="9" cy="9" r="3" />
          <circle cx="21" cy="14" r="3" />
          <circle cx="23" cy="23" r="3" />
        </g>
      </svg>
      <span className="text-base font-semibold tracking-tight">LangOrch</span>
    </Link>
  );
}

const item =
  'relative flex flex-col items-center gap-0.5 px-1 py-2 text-[0.6875rem] font-medium ' +
  '-outline-offset-2 md:flex-row md:gap-2.5 md:rounded-lg md:px-2.5 md:text-sm';
const itemHere = 'text-accent md:bg-accent-soft';
const itemElse = 'text-muted hover:text-ink md:hover:bg-hover';

/** A column at the side; on a phone a bar at the foot. */
function Navigation({ due }: { due: number }) {
  const [location] = useLocation();
  return (
    <nav
      aria-label="Main"
      className="
        fixed inset-x-0 bottom-0 z-40 grid grid-cols-5 border-t border-line bg-surface md:static
        md:flex md:flex-col md:gap-1 md:border-0
      "
    >
      {navigation.map(({ href, name, icon }) => {
        const here = href === '/' ? location === '/' : location.startsWith(href);
        const badge = href === '/approvals' && due > 0;
        return (
          <Link
            key={href}
            href={href}
            aria-current={here ? 'page' : undefined}
            className={`${item} ${here ? itemHere : itemElse}`}
          >
            <Icon name={icon} className="size-5 md:size-4.5" />
            {name}
            {badge && (
              <span className="
                absolute top-1 left-1/2 ml-1.5 rounded-full bg-accent px-1.5 text-[0.6875rem]
                leading-4 font-semibold text-on-accent md:static md:ml-auto md:leading-5
              ">
                {due > 99 ? '99+' : due}
                <span className="sr-only"> {count(due, 'decision')} due</span>
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}

function Tools({ onKeys }: { onKeys: () => void }) {
  const [theme, nextTheme] = useTheme();
  const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;
  return (
    <div className="flex items-center gap-1">
      <IconButton
        icon={icons[theme]}
        name={`Theme: ${theme === 'system' ? 'as the system' : theme}`}
        onClick={nextTheme}
      />
      <span className="hidden md:block">
        <IconButton icon="keyboard" name="Keyboard shortcuts" onClick={onKeys} />
      </span>
    </div>
  );
}
