import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { problemOf } from '../problem';
import type { IconName } from './Icon';
import { EmptyState, ErrorNote, Loading } from './Notes';

interface ResourceProps<T> {
  query: UseQueryResult<T[]>;
  name: string;
  icon: IconName;
  /** What stands where there is nothing. */
  none: { title: string; text: ReactNode; action?: ReactNode };
  keyOf: (item: T) => string;
  row: (item: T) => ReactNode;
}

/** A list of things of the API: while it loads, when it failed, when there is nothing. */
export function Resource<T>({ query, name, icon, none, keyOf, row }: ResourceProps<T>) {
  if (query.isError) return <Refused error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Loading />;
  if (query.data.length === 0) {
    return (
      <div className="card">
        <EmptyState icon={icon} title={none.title} action={none.action}>
          {none.text}
        </EmptyState>
      </div>
    );
  }
  return (
    <ul aria-label={name} className="card divide-y divide-line overflow-hidden">
      {query.data.map((item) => (
        <li key={keyOf(item)} className="lazy-row px-4 py-3">
          {row(item)}
        </li>
      ))}
    </ul>
  );
}

/** A route that this server has not is no failure: it is said as it is. */
export function Refused({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { code, requestId } = problemOf(error);
  if (code !== 'no_route') return <ErrorNote error={error} onRetry={onRetry} />;
  return (
    <div className="card">
      <EmptyState icon="search" title="This server does not have that">
        It answered <code>{code}</code>
        {requestId && (
          <>
            {' '}
            to request <code>{requestId}</code>
          </>
        )}
        . Another version or another configuration may serve it.
      </EmptyState>
    </div>
  );
}
