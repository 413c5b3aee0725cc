import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { exactTime, words } from '../shared/format';
import { useQueryState, useSearchText } from '../shared/hooks';
import { http } from '../shared/http';
import { apiHref } from '../shared/mount';
import type { JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { CopyButton } from '../shared/ui/CopyButton';
import { SearchInput, Select } from '../shared/ui/Field';
import { Icon } from '../shared/ui/Icon';
import { JsonView } from '../shared/ui/JsonView';
import { EmptyState, Loading } from '../shared/ui/Notes';
import { Facts, Page } from '../shared/ui/Page';
import { Refused } from '../shared/ui/Resource';
import { Time } from '../shared/ui/Time';

/** api.md 14 */
interface AuditEvent {
  event_id: number;
  ts: string;
  category: string;
  action: string;
  actor: string;
  description: string;
  resource_type: string | null;
  resource_id: string | null;
  meta: JsonObject | null;
  source_ip: string | null;
  request_id: string | null;
  /** The chain: its own, and that of the entry before it; none of before there was a chain. */
  hash: string | null;
  prev: string | null;
}

interface AuditPageOf {
  events: AuditEvent[];
  next_cursor: string | null;
}

const categories = [
  'procedure',
  'procedure_release',
  'run',
  'approval',
  'agent',
  'trigger',
  'secret_mgmt',
  'llm',
  'prompt',
  'mcp',
  'artifact',
  'lease',
  'project',
  'workflow',
  'order',
  'user_mgmt',
  'auth',
  'config',
];

export function AuditPage() {
  const [category, setCategory] = useQueryState('category');
  const [search, text, setText] = useSearchText('search');
  const [actor, who, setWho] = useSearchText('actor');
  const filter = { category, search, actor };
  const filtered = Object.values(filter).some(Boolean);
  const list = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      http.get<AuditPageOf>('/audit', { query: { ...filter, limit: 100, cursor: pageParam } }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const events = useMemo(() => list.data?.pages.flatMap((p) => p.events) ?? [], [list.data]);
  return (
    <Page
      title="Audit"
      lead="Who changed what, from where, newest first. Each entry is chained to the one before."
      actions={
        <a
          href={exportHref(filter)}
          download="audit.ndjson"
          className="
            inline-flex min-h-9 items-center gap-1.5 rounded-lg border border-edge bg-surface px-3.5
            font-medium hover:bg-hover
          "
        >
          <Icon name="download" /> {filtered ? 'Export these' : 'Export'}
        </a>
      }
    >
      <div className="flex flex-wrap gap-2">
        <SearchInput
          name="Search"
          placeholder="Search descriptions"
          text={text}
          onText={setText}
        />
        <SearchInput
          name="Who"
          text={who}
          onText={setWho}
          className="max-w-44 flex-1 basis-32"
        />
        <Select
          aria-label="Category"
          value={category}
          onChange={(e) => setCategory(e.target.value)}
          className="max-w-52 flex-1 basis-40"
        >
          <option value="">Every category</option>
          {categories.map((c) => (
            <option key={c} value={c}>
              {words(c)}
            </option>
          ))}
        </Select>
      </div>
      {list.isError && <Refused error={list.error} />}
      {list.isPending && <Loading />}
      {list.data && events.length === 0 && (
        <div className="card">
          <EmptyState icon="history" title="Nothing matches">
            Every change that somebody makes through the API is noted here.
          </EmptyState>
        </div>
      )}
      {events.length > 0 && (
        <ol aria-label="Audit trail" className="card divide-y divide-line overflow-hidden">
          {events.map((e) => (
            <li key={e.event_id} className="lazy-row">
              <Entry event={e} />
            </li>
          ))}
        </ol>
      )}
      {list.hasNextPage && (
        <Button
          className="self-center"
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Page>
  );
}

/** Of what the filters leave: the check of the whole chain needs all of it. */
function exportHref(filter: Record<string, string>): string {
  const set = Object.entries(filter).filter(([, value]) => value !== '');
  const query = new URLSearchParams(set).toString();
  return apiHref(`/audit/export${query && `?${query}`}`);
}

function Entry({ event: e }: { event: AuditEvent }) {
  return (
    <details>
      <summary
        className="
        flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5 -outline-offset-2 hover:bg-hover
      "
      >
        <span className="shrink-0 text-muted sm:w-24">
          <Time at={e.ts} />
        </span>
        <span className="font-medium break-all">{e.actor}</span>
        <span className="min-w-0 break-words max-sm:order-last max-sm:basis-full sm:flex-1">
          {e.description} {e.resource_id && <code className="text-faint">{e.resource_id}</code>}
        </span>
        <span className="max-sm:ml-auto">
          <Badge>
            {e.category}/{e.action}
          </Badge>
        </span>
      </summary>
      <Facts
        facts={[
          ['Time', exactTime(e.ts)],
          ['From', e.source_ip],
          ['Request', e.request_id && <code>{e.request_id}</code>],
          ['What', [e.resource_type, e.resource_id].filter(Boolean).join(' ') || null],
          ['Entry', `number ${e.event_id}`],
          ['Hash', e.hash && <Hash text={e.hash} name="the hash" />],
          ['Hash before it', e.prev && <Hash text={e.prev} name="the hash before" />],
        ]}
      />
      {e.meta && (
        <div className="px-3 pb-3">
          <JsonView value={e.meta} name="what is known of it" />
        </div>
      )}
    </details>
  );
}

/** A link of the chain, short enough to compare by eye; all of it is copied. */
function Hash({ text, name }: { text: string; name: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      <code title={text}>{/^0+$/.test(text) ? 'nothing' : `${text.slice(0, 16)}…`}</code>
      <CopyButton text={text} name={`Copy ${name}`} className="-my-2" />
    </span>
  );
}
