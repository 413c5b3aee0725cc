import { useState } from 'react';
import { Badge } from '../shared/ui/Badge';
import { DataTable, type Column } from '../shared/ui/DataTable';
import { SearchInput } from '../shared/ui/Field';
import { EmptyState, Loading } from '../shared/ui/Notes';
import { Refused } from '../shared/ui/Resource';
import { limitGroups, limitText, settingsOf, type Config, type Limit } from './config';
import { useConfig } from './Settings';

/** Every limit of the site with its value, its default and its bounds. */
export function Limits() {
  const found = useConfig();
  const [sought, setSought] = useState('');
  if (found.isError) return <Refused error={found.error} />;
  if (!found.data) return <Loading />;
  const { limits } = found.data;
  const groups = limitGroups(limits)
    .map(([group, names]): [string, string[]] => [
      group,
      names.filter((name) => name.includes(sought.trim().toLowerCase())),
    ])
    .filter(([, names]) => names.length > 0);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">
        Each is a directive of nginx.conf, in force on the worker that answered. Those that are
        settings, too, can be changed while the site runs.
      </p>
      <SearchInput
        name="Find a limit"
        text={sought}
        onText={setSought}
        className="max-w-sm"
      />
      {groups.length === 0 && (
        <div className="card">
          <EmptyState icon="search" title="No limit is called so">
            The directives are described in the manual, by these names.
          </EmptyState>
        </div>
      )}
      {groups.map(([group, names]) => (
        <section key={group} aria-label={group} className="card overflow-hidden">
          <h2 className="border-b border-line px-4 py-2.5 font-semibold">{group}</h2>
          <DataTable
            name={`Limits: ${group}`}
            first="Directive"
            rows={rowsOf(names, found.data)}
            keyOf={(r) => r.name}
            head={(r) => (
              <>
                <code className="break-all">{r.name}</code>
                {r.setting && (
                  <span className="block text-[0.8125rem] text-faint">{r.setting}</span>
                )}
              </>
            )}
            columns={columns}
            className="min-w-[44rem] table-fixed [&_th:first-child]:w-52 sm:[&_th:first-child]:w-72"
          />
        </section>
      ))}
    </div>
  );
}

interface Row {
  name: string;
  limit: Limit;
  setting: string | undefined;
  runtime: boolean;
}

function rowsOf(names: readonly string[], config: Config): Row[] {
  return names.flatMap((name): Row[] => {
    const limit = config.limits[name];
    const setting = settingsOf(config).find((s) => s.directive === name)?.name;
    const runtime = setting !== undefined && config.sources[setting] === 'runtime';
    return limit ? [{ name, limit, setting, runtime }] : [];
  });
}

const columns: Column<Row>[] = [
  {
    name: 'Now',
    cell: ({ limit }) => (
      <span className={limit.value === limit.default ? '' : 'font-semibold'}>
        {limitText(limit.value, limit.unit)}
      </span>
    ),
  },
  {
    name: 'Default',
    look: 'text-muted',
    cell: ({ limit }) => limitText(limit.default, limit.unit),
  },
  { name: 'At least', look: 'text-muted', cell: ({ limit }) => bound(limit.min, limit) },
  { name: 'At most', look: 'text-muted', cell: ({ limit }) => bound(limit.max, limit) },
  {
    name: 'Who says so',
    cell: ({ limit, runtime }) =>
      runtime ? (
        <Badge tone="busy">changed here</Badge>
      ) : limit.value !== limit.default ? (
        <Badge tone="wait">nginx.conf</Badge>
      ) : (
        <Badge>default</Badge>
      ),
  },
];

function bound(n: number | undefined, limit: Limit): string {
  return n === undefined ? '–' : limitText(n, limit.unit);
}
