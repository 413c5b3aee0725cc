import { Link } from 'wouter';
import { Button } from '../shared/ui/Button';
import { EmptyState } from '../shared/ui/Notes';
import { useBench } from './store';

const strip = 'flex flex-wrap items-center gap-3 border-b border-line px-4 py-1.5';

/** Says that what is seen is not what is published, and how one comes back. */
export function DraftNote({ isNew, onDrop }: { isNew: boolean; onDrop: () => void }) {
  return (
    <p className={`${strip} bg-accent-soft`}>
      <span className="flex-1">
        {isNew
          ? 'It is kept in this browser until it is published.'
          : 'This is a draft that was not published yet.'}
      </span>
      <Button size="small" onClick={onDrop}>
        {isNew ? 'Begin anew' : 'Back to what is published'}
      </Button>
    </p>
  );
}

/** The way that a dry run took. */
export function Route() {
  const tried = useBench((b) => b.tried);
  const show = useBench((b) => b.show);
  if (!tried) return null;
  const route = tried.simulated_route ?? [];
  const unknown = tried.simulated_unknowns ?? [];
  return (
    <div className={`${strip} bg-busy-soft`}>
      <p role="status" className="min-w-0 flex-1 break-words">
        {route.length === 0 ? 'No way is known with these inputs' : route.join(' → ')}
        {unknown.length > 0 && (
          <span className="text-muted"> (not known before a real run: {unknown.join(', ')})</span>
        )}
      </p>
      <Button size="small" kind="quiet" icon="close" onClick={() => show(null)}>
        Clear
      </Button>
    </div>
  );
}

export function NoGraph() {
  return (
    <EmptyState icon="procedures" title="This document is not a graph of nodes">
      It has another form of the language: write it as text. <Link href="/procedures">Back</Link>
    </EmptyState>
  );
}
