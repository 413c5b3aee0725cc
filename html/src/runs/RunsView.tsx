import { Link } from 'wouter';
import { count, elapsed, shortId, words } from '../shared/format';
import { useNow } from '../shared/hooks';
import { isFinalStatus, runStatuses, type Run } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { Button, ButtonLink } from '../shared/ui/Button';
import { TextInput } from '../shared/ui/Field';
import { Icon } from '../shared/ui/Icon';
import { EmptyState } from '../shared/ui/Notes';
import { Segments } from '../shared/ui/Segments';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';

const names: Record<string, string> = { created: 'Queued', waiting_approval: 'Waiting' };
const options = [
  { value: '', name: 'All' },
  ...runStatuses.map((s) => ({ value: s as string, name: names[s] ?? words(s) })),
];

interface RunsViewProps {
  runs: Run[];
  total: number | null;
  status: string;
  onStatus: (status: string) => void;
  text: string;
  onText: (text: string) => void;
  onMore: (() => void) | null;
}

export function RunsView({ runs, total, status, onStatus, text, onText, onMore }: RunsViewProps) {
  const now = useNow(
    1000,
    runs.some((r) => !isFinalStatus(r.status)),
  );
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <TextInput
          type="search"
          aria-label="Search runs"
          placeholder="Run id, or part of a procedure id"
          value={text}
          onChange={(e) => onText(e.target.value)}
          className="min-w-0 flex-1 basis-60"
        />
        <Segments name="Status" options={options} value={status} onChange={onStatus} />
      </div>
      <div className="card overflow-hidden">
        {runs.length > 0 ? (
          <ul aria-label="Runs" className="divide-y divide-line">
            {runs.map((run) => (
              <Row key={run.run_id} run={run} now={now} />
            ))}
          </ul>
        ) : (
          <EmptyState
            icon="runs"
            title={status || text ? 'No run matches' : 'Nothing has run yet'}
            action={
              !status &&
              !text && (
                <ButtonLink href="/procedures" kind="primary">
                  Choose a procedure
                </ButtonLink>
              )
            }
          >
            A run is one execution of a procedure. It survives restarts of the server and waits for
            people as long as it must.
          </EmptyState>
        )}
      </div>
      {(total !== null || onMore) && runs.length > 0 && (
        <div className="flex items-center gap-3 text-muted">
          <span>
            {total === null
              ? count(runs.length, 'run')
              : `${runs.length} of ${count(total, 'run')}`}
          </span>
          {onMore && (
            <Button size="small" onClick={onMore}>
              Show more
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function Row({ run, now }: { run: Run; now: number }) {
  return (
    <li className="lazy-row">
      <Link
        href={pageOf('runs', run.run_id)}
        className="flex items-center gap-4 px-4 py-3 -outline-offset-2 hover:bg-hover"
      >
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium break-all">{run.procedure_id}</span>
            <code className="text-faint">{run.procedure_version}</code>
          </p>
          <p className="line-clamp-1 break-all text-muted">
            <code className="text-faint">{shortId(run.run_id)}</code>
            {run.error_message ? (
              <span className="text-bad"> {run.error_message}</span>
            ) : (
              run.last_node_id && ` at ${run.last_node_id}`
            )}
          </p>
        </div>
        <span className="sm:w-44">
          <StatusBadge status={run.status} />
        </span>
        <span className="hidden w-20 text-right text-muted tabular-nums sm:block">
          {elapsed(run.started_at, run.ended_at, now)}
        </span>
        <span className="hidden w-24 text-right text-muted md:block">
          <Time at={run.created_at} />
        </span>
        <Icon name="chevron" className="hidden size-4 text-faint sm:block" />
      </Link>
    </li>
  );
}
