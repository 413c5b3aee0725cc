import { Link } from 'wouter';
import type { Procedure } from '../shared/types';
import { words } from '../shared/format';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Select, TextInput } from '../shared/ui/Field';
import { Icon } from '../shared/ui/Icon';
import { EmptyState } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';

const statuses = ['draft', 'active', 'approved', 'inactive', 'deprecated', 'archived'];

interface ProceduresViewProps {
  procedures: Procedure[];
  search: string;
  onSearch: (text: string) => void;
  status: string;
  onStatus: (status: string) => void;
  onImport: () => void;
}

export function ProceduresView(props: ProceduresViewProps) {
  const { procedures, search, onSearch, status, onStatus, onImport } = props;
  const filtered = search !== '' || status !== '';
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <TextInput
          type="search"
          aria-label="Search procedures"
          placeholder="Search by name, id or description"
          value={search}
          onChange={(e) => onSearch(e.target.value)}
          className="min-w-0 flex-1 basis-60"
        />
        <Select
          aria-label="Status"
          value={status}
          onChange={(e) => onStatus(e.target.value)}
          className="max-w-48 basis-44"
        >
          <option value="">Every status</option>
          {statuses.map((s) => (
            <option key={s} value={s}>
              {words(s)}
            </option>
          ))}
        </Select>
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
