import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useTitle } from '../hooks';
import { Icon } from './Icon';

interface PageProps {
  title: string;
  /** The title as drawn, where it is more than words. */
  heading?: ReactNode;
  lead?: ReactNode;
  back?: { href: string; name: string };
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: where one is, what can be done here, and then the thing itself. */
export function Page({ title, heading, lead, back, actions, children }: PageProps) {
  useTitle(title);
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-col gap-5 px-4 py-6 md:px-8 md:py-8">
      <header className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          {back && (
            <Link
              href={back.href}
              className="
                mb-1 -ml-1 inline-flex items-center gap-1 rounded px-1 text-muted hover:text-ink
              "
            >
              <Icon name="back" className="size-4" /> {back.name}
            </Link>
          )}
          <h1 className="text-2xl font-semibold tracking-tight break-words">{heading ?? title}</h1>
          {lead && <div className="mt-1 text-pretty text-muted">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A card with a heading. */
export function Panel({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="card min-w-0 overflow-hidden">
      <header className="flex min-h-12 items-center gap-3 border-b border-line px-4 py-1.5">
        <h2 className="flex-1 font-semibold">{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  );
}

/** Names and values, side by side where there is room. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="
      grid grid-cols-[minmax(6rem,auto)_1fr] items-baseline gap-x-5 gap-y-1.5 px-4 py-3
    ">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
