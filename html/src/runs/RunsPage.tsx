import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { useSettled } from '../shared/hooks';
import { keys } from '../shared/query';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { listRuns } from './api';
import { RunsView } from './RunsView';

const page_size = 100;

export function RunsPage() {
  const [search, setSearch] = useSearchParams();
  const [text, setText] = useState(search.get('q') ?? '');
  const [limit, setLimit] = useState(page_size);
  const status = search.get('status') ?? '';
  const procedure = search.get('procedure_id') ?? '';
  const q = useSettled(text.trim());

  const list = useQuery({
    queryKey: [...keys.runs, 'list', status, procedure, q, limit],
    queryFn: () => listRuns({ status, q, procedure_id: procedure, limit }),
    placeholderData: keepPreviousData,
    refetchInterval: 2000,
  });

  return (
    <Page title="Runs" lead={procedure ? `Of ${procedure}, newest first` : 'Newest first, live'}>
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.data && (
        <RunsView
          runs={list.data.runs}
          total={list.data.total}
          status={status}
          onStatus={(next) =>
            setSearch(
              (now) => {
                if (next === '') now.delete('status');
                else now.set('status', next);
                return now;
              },
              { replace: true },
            )
          }
          text={text}
          onText={setText}
          onMore={
            list.data.runs.length >= limit && limit < 1000
              ? () => setLimit(Math.min(limit * 3, 1000))
              : null
          }
        />
      )}
    </Page>
  );
}
