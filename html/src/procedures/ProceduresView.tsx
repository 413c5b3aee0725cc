import { Link } from 'wouter';
import type { Procedure } from '../shared/types';
import type { ProcedureFilter } from './api';
import { channels, statuses } from './logic';
import { words } from '../shared/format';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { SearchInput, Select } from '../shared/ui/Field';
import { Icon } from '../shared/ui/Icon';
import { EmptyState } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';

interface ProceduresViewProps {
  procedures: Procedure[];
  search: string;
  onSearch: (text: string) => void;
  filter: ProcedureFilter;
  onFilter: (name: string, value: string) => void;
  onImport: () => void;
}

export function ProceduresView(props: ProceduresViewProps) {
  const { procedures, search, onSearch, filter, onImport } = props;
  const tags = [...new Set(procedures.flatMap((p) => p.tags ?? []))].sort();
  const filtered = search !== '' || Object.values(filter).some((value) => value !== '');
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <SearchInput
          name="Search procedures"
          placeholder="Search by name, id or description"
          text={search}
          onText={onSearch}
        />
        <Choose name="status" of="Status" all="Every status" list={statuses} {...props} />
        <Choose name="channel" of="Channel" all="Every channel" list={channels} {...props} />
        {(tags.length > 0 || filter.tags !== '') && (
          <Choose
            name="tags"
            of="Tag"
            all="Every tag"
            list={[...new Set([...tags, filter.tags])].filter(Boolean)}
            {...props}
          />
        )}
      </div>
      <div className="card overflow-hidden">
        {procedures.length > 0 ? (
          <ul aria-label="Procedures" className="divide-y divide-line">
            {procedures.map((p) => (
              <Row key={p.procedure_id} procedure={p} />
            ))}
          </ul>
        ) : filtered ? (
          <EmptyState icon="search" title="No procedure matches">
            Search looks at names, ids, descriptions and tags.
          </EmptyState>
        ) : (
          <EmptyState
            icon="procedures"
            title="No procedures yet"
            action={
              <Button kind="primary" icon="import" onClick={onImport}>
                Import one
              </Button>
            }
          >
            A procedure is a JSON document that says which steps to take, in which order, who has to
            agree, and what to do when something fails.
          </EmptyState>
        )}
      </div>
    </>
  );
}

interface ChooseProps {
  name: keyof ProcedureFilter;
  of: string;
  all: string;
  list: readonly string[];
  filter: ProcedureFilter;
  onFilter: (name: string, value: string) => void;
}

function Choose({ name, of, all, list, filter, onFilter }: ChooseProps) {
  return (
    <Select
      aria-label={of}
      value={filter[name]}
      onChange={(e) => onFilter(name, e.target.value)}
      className="max-w-44 flex-1 basis-36"
    >
      <option value="">{all}</option>
      {list.map((value) => (
        <option key={value} value={value}>
          {name === 'tags' ? value : words(value)}
        </option>
      ))}
    </Select>
  );
}

function Row({ procedure: p }: { procedure: Procedure }) {
  return (
    <li className="lazy-row">
      <Link
        href={pageOf('procedures', p.procedure_id)}
        className="flex items-center gap-4 px-4 py-3 -outline-offset-2 hover:bg-hover"
      >
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium break-words">{p.name}</span>
            {p.name !== p.procedure_id && (
              <code className="break-all text-faint">{p.procedure_id}</code>
            )}
          </p>
          {p.description && <p className="line-clamp-1 text-muted">{p.description}</p>}
        </div>
        {p.valid === false && <Badge tone="bad">Does not compile</Badge>}
        <span className="hidden gap-1 lg:flex">
          {(p.tags ?? []).slice(0, 3).map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
        {p.release_channel && p.release_channel !== 'dev' && (
          <Badge tone="busy">{p.release_channel}</Badge>
        )}
        <code className="hidden text-muted sm:block">{p.version}</code>
        <span className="sm:w-28">
          <StatusBadge status={p.status} />
        </span>
        <span className="hidden w-24 text-right text-muted md:block">
          <Time at={p.updated_at} />
        </span>
        <Icon name="chevron" className="hidden size-4 text-faint sm:block" />
      </Link>
    </li>
  );
}
