import { Link } from 'wouter';
import { count, elapsed, shortId } from '../shared/format';
import { useNow } from '../shared/hooks';
import { isFinalStatus, nameOfRun, type Run } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { Button, ButtonLink } from '../shared/ui/Button';
import { Icon } from '../shared/ui/Icon';
import { EmptyState } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { VirtualList } from '../shared/ui/VirtualList';
import type { BulkWhat } from './BulkDialog';

interface RunsViewProps {
  runs: Run[];
  total: number | null;
  filtered: boolean;
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  onBulk: (what: BulkWhat) => void;
  onEnd: (() => void) | undefined;
}

export function RunsView(props: RunsViewProps) {
  const { runs, total, chosen, onChoose, onBulk } = props;
  const now = useNow(
    1000,
    runs.some((r) => !isFinalStatus(r.status)),
  );
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  if (runs.length === 0) return <Empty filtered={props.filtered} />;
  return (
    <div className="card overflow-hidden">
      <div className="flex min-h-12 flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
        <input
          type="checkbox"
          aria-label="Choose all that are shown"
          checked={chosen.size > 0 && runs.every((r) => chosen.has(r.run_id))}
          onChange={(e) => onChoose(new Set(e.target.checked ? runs.map((r) => r.run_id) : []))}
          className="size-4"
        />
        <span role="status" className="ml-2 flex-1 text-muted">
          {chosen.size > 0 ? `${chosen.size} chosen of ` : ''}
          {total === null || total <= runs.length
            ? count(runs.length, 'run')
            : `${runs.length} of ${count(total, 'run')}`}
        </span>
        {chosen.size > 0 && <Bulk chosen={chosen} onBulk={onBulk} onChoose={onChoose} />}
      </div>
      <VirtualList
        name="Runs"
        items={runs}
        rowHeight={60}
        keyOf={(run) => run.run_id}
        onEnd={props.onEnd}
        className="max-h-[max(24rem,calc(100dvh-19rem))]"
        row={(run) => <Row run={run} now={now} chosen={chosen.has(run.run_id)} onToggle={toggle} />}
      />
    </div>
  );
}

interface BulkProps {
  chosen: ReadonlySet<string>;
  onBulk: (what: BulkWhat) => void;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

function Bulk({ chosen, onBulk, onChoose }: BulkProps) {
  return (
    <div role="group" aria-label="With those chosen" className="flex flex-wrap gap-2">
      {chosen.size === 2 && (
        <ButtonLink size="small" icon="layers" href={`/runs?compare=${[...chosen].join(',')}`}>
          Compare
        </ButtonLink>
      )}
      <Button size="small" icon="retry" onClick={() => onBulk('retry')}>
        Retry
      </Button>
      <Button size="small" kind="danger" icon="stop" onClick={() => onBulk('cancel')}>
        Cancel
      </Button>
      <Button size="small" kind="danger" icon="trash" onClick={() => onBulk('delete')}>
        Delete
      </Button>
      <Button size="small" kind="quiet" onClick={() => onChoose(new Set())}>
        None
      </Button>
    </div>
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  return (
    <div className="card">
      <EmptyState
        icon="runs"
        title={filtered ? 'No run matches' : 'Nothing has run yet'}
        action={
          !filtered && (
            <ButtonLink href="/procedures" kind="primary">
              Choose a procedure
            </ButtonLink>
          )
        }
      >
        A run is one execution of a procedure. It survives restarts of the server and waits for
        people as long as it must.
      </EmptyState>
    </div>
  );
}

const took =
  'hidden w-24 shrink-0 text-right whitespace-nowrap text-muted tabular-nums sm:block';

interface RowProps {
  run: Run;
  now: number;
  chosen: boolean;
  onToggle: (id: string) => void;
}

function Row({ run, now, chosen, onToggle }: RowProps) {
  return (
    <div
      className={`
      flex h-full items-center border-b border-line pl-4
      ${chosen ? 'bg-accent-soft' : 'hover:bg-hover'}
    `}
    >
      <input
        type="checkbox"
        aria-label={`Choose run ${shortId(run.run_id)} of ${nameOfRun(run)}`}
        checked={chosen}
        onChange={() => onToggle(run.run_id)}
        className="size-4 shrink-0"
      />
      <Link
        href={pageOf('runs', run.run_id)}
        className="flex h-full min-w-0 flex-1 items-center gap-4 pr-4 pl-3 -outline-offset-2"
      >
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-x-2">
            <span className="truncate font-medium">{nameOfRun(run)}</span>
            <code className="shrink-0 text-faint">{run.procedure_version}</code>
          </span>
          <span className="block truncate text-muted">
            <code className="text-faint">{shortId(run.run_id)}</code>
            {run.error_message ? (
              <span className="text-bad"> {run.error_message}</span>
            ) : (
              run.last_node_id && ` at ${run.last_node_id}`
            )}
          </span>
        </span>
        <span className="shrink-0 sm:w-44">
          <StatusBadge status={run.status} />
        </span>
        <span className={took}>
          {elapsed(run.started_at, run.ended_at, now)}
        </span>
        <span className="hidden w-24 shrink-0 text-right text-muted md:block">
          <Time at={run.created_at} />
        </span>
        <Icon name="chevron" className="hidden size-4 text-faint sm:block" />
      </Link>
    </div>
  );
}
