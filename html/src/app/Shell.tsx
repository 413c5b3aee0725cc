import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { listPending } from '../approvals/api';
import { AccountDialog } from '../identity/AccountDialog';
import { useMe } from '../identity/api';
import { count } from '../shared/format';
import { keys } from '../shared/query';
import { Brand } from '../shared/ui/Brand';
import { IconButton } from '../shared/ui/Button';
import { Icon } from '../shared/ui/Icon';
import { actionsOf } from './actions';
import { MoreDialog } from './MoreDialog';
import { navigation, onPhone } from './navigation';
import { ShortcutsDialog, useGoKeys } from './shortcuts';
import { useTheme, type Theme } from './theme';

const fetchPalette = () => import('./PaletteDialog');
const PaletteDialog = lazy(async () => ({ default: (await fetchPalette()).PaletteDialog }));

/** What stands around every page: where one can go, how many decisions wait, the theme. */
export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<'keys' | 'palette' | 'more' | 'account' | null>(null);
  const close = () => setOpen(null);
  const showKeys = useCallback(() => setOpen('keys'), []);
  const showPalette = useCallback(() => setOpen('palette'), []);
  const showAccount = () => setOpen('account');
  useGoKeys(showKeys, showPalette);
  const [theme, nextTheme] = useTheme();
  const [, go] = useLocation();
  const pending = useQuery({
    queryKey: [...keys.approvals, 'pending'],
    queryFn: listPending,
    refetchInterval: 5000,
  });
  const due = pending.data?.length ?? 0;
  useEffect(() => {
    /* there before it is called, but behind the page that one came for */
    const timer = setTimeout(() => void fetchPalette(), 1500);
    return () => clearTimeout(timer);
  }, []);

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
      <header
        className="
        flex items-center gap-2 border-b border-line bg-surface px-4 py-2 md:sticky md:top-0
        md:h-dvh md:w-56 md:shrink-0 md:flex-col md:items-stretch md:overflow-y-auto md:border-r
        md:border-b-0 md:px-3 md:py-5
      "
      >
        <Link href="/" className="flex items-center gap-2.5 rounded-lg md:px-2">
          <Brand />
        </Link>
        <div className="flex-1 md:mt-5">
          <Navigation due={due} onMore={() => setOpen('more')} />
        </div>
        <Account onClick={showAccount} />
        <Tools theme={theme} onTheme={nextTheme} onKeys={showKeys} onPalette={showPalette} />
      </header>
      <main id="page" tabIndex={-1} className="min-w-0 flex-1 outline-none">
        {children}
      </main>
      {open === 'keys' && <ShortcutsDialog onClose={close} />}
      {open === 'account' && <AccountDialog onClose={close} />}
      {open === 'more' && <MoreDialog onClose={close} />}
      {open === 'palette' && (
        <Suspense>
          <PaletteDialog
            onClose={close}
            actions={actionsOf({
              go,
              onTheme: nextTheme,
              onKeys: showKeys,
              onAccount: showAccount,
            })}
          />
        </Suspense>
      )}
    </div>
  );
}

const item =
  'relative flex flex-col items-center gap-0.5 px-1 py-2 text-[0.6875rem] font-medium ' +
  '-outline-offset-2 md:flex-row md:gap-2.5 md:rounded-lg md:px-2.5 md:py-1.5 md:text-sm';
const itemHere = 'text-accent md:bg-accent-soft';
const itemElse = 'text-muted hover:text-ink md:hover:bg-hover';

/** A column at the side; on a phone a bar at the foot. */
function Navigation({ due, onMore }: { due: number; onMore: () => void }) {
  const [location] = useLocation();
  const isHere = (href: string) =>
    href === '/' ? location === '/' : location === href || location.startsWith(`${href}/`);
  const further = navigation.some((n) => !onPhone.includes(n.href) && isHere(n.href));
  return (
    <nav
      aria-label="Main"
      className="
        fixed inset-x-0 bottom-0 z-40 grid grid-cols-5 border-t border-line bg-surface md:static
        md:flex md:flex-col md:gap-0.5 md:border-0
      "
    >
      {navigation.map((n, i) => {
        const here = isHere(n.href);
        const badge = n.href === '/approvals' && due > 0;
        const first = i > 0 && navigation[i - 1]?.group !== n.group;
        return (
          <Link
            key={n.href}
            href={n.href}
            aria-current={here ? 'page' : undefined}
            className={`
              ${item} ${here ? itemHere : itemElse} ${first ? 'md:mt-3' : ''}
              ${onPhone.includes(n.href) ? '' : 'max-md:hidden'}
            `}
          >
            <Icon name={n.icon} className="size-5 md:size-4.5" />
            {n.name}
            {badge && <Due n={due} />}
          </Link>
        );
      })}
      <button
        type="button"
        onClick={onMore}
        className={`${item} ${further ? itemHere : itemElse} md:hidden`}
      >
        <Icon name="more" className="size-5" />
        More
      </button>
    </nav>
  );
}

function Due({ n }: { n: number }) {
  return (
    <span
      className="
      absolute top-1 left-1/2 ml-1.5 rounded-full bg-accent px-1.5 text-[0.6875rem] leading-4
      font-semibold text-on-accent md:static md:ml-auto md:leading-5
    "
    >
      {n > 99 ? '99+' : n}
      <span className="sr-only"> {count(n, 'decision')} due</span>
    </span>
  );
}

/** Who one is: a name at the side, on a phone only a picture. */
function Account({ onClick }: { onClick: () => void }) {
  const me = useMe();
  const name = me.data?.identity ?? 'Account';
  return (
    <button
      type="button"
      aria-label={me.data ? `Account: ${name}` : name}
      title={name}
      onClick={onClick}
      className="
        flex min-w-0 items-center gap-2.5 rounded-lg p-2 font-medium text-muted hover:bg-hover
        hover:text-ink md:mt-3 md:px-2.5 md:py-1.5
      "
    >
      <Icon name="user" />
      <span className="hidden truncate md:inline">{name}</span>
    </button>
  );
}

interface ToolsProps {
  theme: Theme;
  onTheme: () => void;
  onKeys: () => void;
  onPalette: () => void;
}

function Tools({ theme, onTheme, onKeys, onPalette }: ToolsProps) {
  const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;
  return (
    <div className="flex items-center gap-1">
      <IconButton icon="search" name="Go to or do (Ctrl K)" onClick={onPalette} />
      <IconButton
        icon={icons[theme]}
        name={`Theme: ${theme === 'system' ? 'as the system' : theme}`}
        onClick={onTheme}
      />
      <span className="hidden md:block">
        <IconButton icon="keyboard" name="Keyboard shortcuts" onClick={onKeys} />
      </span>
    </div>
  );
}
