import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { csvOf, download } from '../shared/download';
import { count } from '../shared/format';
import { useSearchText } from '../shared/hooks';
import { keys } from '../shared/query';
import type { Run } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { listRuns } from './api';
import { BulkDialog, type BulkWhat } from './BulkDialog';
import { CompareView } from './CompareView';
import { exportHead, exportRows, filterOf, queryOf } from './filter';
import { FilterBar } from './FilterBar';
import { RunsView } from './RunsView';
import { ViewBar } from './ViewBar';

/** With more than this one asks for news oneself. */
const live_pages = 3;

export function RunsPage() {
  const [search, setSearch] = useSearchParams();
  const compare = search.get('compare')?.split(',') ?? [];
  if (compare.length === 2) {
    return (
      <Page title="Two runs" back={{ href: '/runs', name: 'Runs' }}>
        <CompareView a={compare[0] ?? ''} b={compare[1] ?? ''} />
      </Page>
    );
  }
  return <List search={search} setSearch={setSearch} />;
}

type SearchState = ReturnType<typeof useSearchParams>;

function List({ search, setSearch }: { search: SearchState[0]; setSearch: SearchState[1] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [bulk, setBulk] = useState<BulkWhat | null>(null);
  const filter = filterOf(search);
  const [, text, setText] = useSearchText('q');

  const set = (changes: Record<string, string>) =>
    setSearch(
      (now) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value === '') now.delete(name);
          else now.set(name, value);
        }
        return now;
      },
      { replace: true },
    );
  const list = useInfiniteQuery({
    queryKey: [...keys.runs, 'list', filter],
    queryFn: ({ pageParam }) => listRuns(queryOf(filter, Date.now()), pageParam),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > live_pages ? false : 2000),
  });
  const runs = useMemo(() => list.data?.pages.flatMap((p) => p.runs) ?? [], [list.data]);
  const picked = useMemo(() => runs.filter((r) => chosen.has(r.run_id)), [runs, chosen]);
  const total = list.data?.pages[0]?.total ?? null;
  const lead = filter.procedure_id ? `Of ${filter.procedure_id}` : 'What ran, runs and waits';

  return (
    <Page
      title="Runs"
      lead={`${lead}; ${filter.order === 'asc' ? 'oldest' : 'newest'} first, live`}
      actions={<Export runs={picked.length > 0 ? picked : runs} />}
    >
      <ViewBar
        search={search}
        onOpen={(next) => setSearch(new URLSearchParams(next))}
      />
      <FilterBar filter={filter} onChange={set} text={text} onText={setText} />
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.data && (
        <RunsView
          runs={runs}
          total={total}
          filtered={search.size > 0}
          chosen={chosen}
          onChoose={setChosen}
          onBulk={setBulk}
          onEnd={
            list.hasNextPage && !list.isFetchingNextPage
              ? () => void list.fetchNextPage({ cancelRefetch: false })
              : undefined
          }
        />
      )}
      {bulk && (
        <BulkDialog
          what={bulk}
          runs={picked}
          onClose={(done) => {
            setBulk(null);
            if (done) setChosen(new Set());
          }}
        />
      )}
    </Page>
  );
}

function Export({ runs }: { runs: Run[] }) {
  if (runs.length === 0) return null;
  const title = `Of the ${count(runs.length, 'run')} that ${runs.length === 1 ? 'is' : 'are'} here`;
  return (
    <>
      <Button
        kind="quiet"
        icon="download"
        title={title}
        onClick={() => download('runs.csv', csvOf(exportHead, exportRows(runs)))}
      >
        CSV
      </Button>
      <Button
        kind="quiet"
        icon="download"
        title={title}
        onClick={() => download('runs.json', runs)}
      >
        JSON
      </Button>
    </>
  );
}
