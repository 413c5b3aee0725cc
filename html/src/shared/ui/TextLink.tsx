import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** A link within text. */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="rounded text-accent underline-offset-2 hover:underline">
      {children}
    </Link>
  );
}

/** The address of a page about one thing. */
export function pageOf(section: string, id: string, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `/${section}/${encodeURIComponent(id)}${search === '' ? '' : `?${search}`}`;
}
