import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { count } from '../shared/format';
import { useKeys } from '../shared/hooks';
import { usePathId } from '../shared/pathId';
import { keys } from '../shared/query';
import { Dot } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { getApproval, listApprovals, listPending } from './api';
import { ApprovalCard } from './ApprovalCard';
import { DeputiesDialog } from './DeputiesDialog';
import { Inbox } from './Inbox';
import { byUrgency, isPending, neighbour } from './logic';
import { useApprovalStream } from './useApprovalStream';

/** What waits for a decision at the left, the one that is looked at on the right. */
export function ApprovalsPage() {
  const approvalId = usePathId('approvalId');
  const [search, setSearch] = useSearchParams();
  const [, go] = useLocation();
  const decided = search.get('show') === 'decided';

  const live = useApprovalStream();
  const [deputies, setDeputies] = useState(false);
  const pending = useQuery({
    queryKey: [...keys.approvals, 'pending'],
    queryFn: listPending,
    refetchInterval: live ? 30_000 : 2000,
  });
  const all = useQuery({
    queryKey: [...keys.approvals, 'all'],
    queryFn: listApprovals,
    enabled: decided,
    refetchInterval: 5000,
  });
  const query = decided ? all : pending;
  const list = useMemo(
    () => (decided ? (all.data ?? []).filter((a) => !isPending(a)) : byUrgency(pending.data ?? [])),
    [decided, all.data, pending.data],
  );

  const one = useQuery({
    queryKey: [...keys.approvals, 'one', approvalId],
    queryFn: () => getApproval(approvalId ?? ''),
    enabled: approvalId !== undefined,
    refetchInterval: (q) =>
      q.state.data && !isPending(q.state.data) ? false : live ? 30_000 : 2000,
  });

  const suffix = decided ? '?show=decided' : '';
  const move = (by: 1 | -1) => {
    const next = neighbour(list, approvalId ?? null, by);
    if (next) go(`/approvals/${encodeURIComponent(next)}${suffix}`);
  };
  useKeys({ j: () => move(1), k: () => move(-1) });

  return (
    <Page
      title="Approvals"
      lead={
        <span className="inline-flex items-center gap-2">
          <Dot tone={live ? 'ok' : 'wait'} live={live} />
          {leadOf(pending.data?.length)}
          <span className="sr-only">{live ? ', live' : ', asked every 2 seconds'}</span>
        </span>
      }
      actions={
        <Button kind="quiet" icon="users" onClick={() => setDeputies(true)}>
          Deputies
        </Button>
      }
    >
      {deputies && <DeputiesDialog onClose={() => setDeputies(false)} />}
      {query.isError && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      <div className="grid items-start gap-5 lg:grid-cols-[22rem_1fr]">
        <div className={approvalId ? 'max-lg:hidden' : ''}>
          {query.isPending ? (
            <Loading />
          ) : (
            <Inbox
              list={list}
              chosen={approvalId ?? null}
              decided={decided}
              suffix={suffix}
              onShow={(show) =>
                setSearch(
                  (now) => {
                    if (show) now.set('show', 'decided');
                    else now.delete('show');
                    return now;
                  },
                  { replace: true },
                )
              }
            />
          )}
        </div>
        {approvalId && (
          <div className="min-w-0">
            {one.isPending && <Loading />}
            {one.isError && <ErrorNote error={one.error} />}
            {one.data && (
              <ApprovalCard
                key={one.data.approval_id}
                approval={one.data}
                backHref={`/approvals${suffix}`}
              />
            )}
          </div>
        )}
      </div>
    </Page>
  );
}

function leadOf(due: number | undefined): string {
  if (due === undefined) return 'Decisions that runs wait for';
  return due === 0 ? 'Nobody waits for you' : `${count(due, 'decision')} due`;
}
