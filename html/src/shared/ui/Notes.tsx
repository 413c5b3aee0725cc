import type { ReactNode } from 'react';
import { problemOf } from '../problem';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';

/** Nothing here yet, what would be, and how to get it. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <span className="mb-1 grid size-12 place-items-center rounded-2xl bg-accent-soft text-accent">
        <Icon name={icon} className="size-6" />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      <div className="max-w-md text-pretty text-muted">{children}</div>
      {action && <div className="mt-3 flex gap-2">{action}</div>}
    </div>
  );
}

/** A failure, with the problem's sentence and the request id to look up in the log. */
export function ErrorNote({
  error,
  title,
  onRetry,
}: {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}) {
  const { sentence, requestId } = problemOf(error);
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg bg-bad-soft px-4 py-3 text-bad">
      <Icon name="alert" className="mt-0.5 size-4.5" />
      <div className="min-w-0 flex-1">
        {title && <p className="font-medium">{title}</p>}
        <p className="break-words">{sentence}</p>
        {requestId && (
          <p className="mt-1 text-xs">
            request <code>{requestId}</code>
          </p>
        )}
      </div>
      {onRetry && (
        <Button size="small" icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Grey lines where text will be. */
export function Loading({ lines = 4, name = 'Loading' }: { lines?: number; name?: string }) {
  const widths = ['w-2/3', 'w-full', 'w-5/6', 'w-1/2'];
  return (
    <div role="status" aria-label={name} className="flex flex-col gap-3 p-4">
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className={`breathing h-4 rounded bg-calm-soft ${widths[i % 4]}`} />
      ))}
    </div>
  );
}
