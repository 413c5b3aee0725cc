import { useState } from 'react';
import { Badge } from '../shared/ui/Badge';
import { TextInput } from '../shared/ui/Field';
import { EmptyState, Loading } from '../shared/ui/Notes';
import { Refused } from '../shared/ui/Resource';
import { limitGroups, limitText, settingsOf, type Config } from './config';
import { useConfig } from './Settings';

const head = ['Now', 'Default', 'Bounds', 'Who says so'];

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
      <TextInput
        type="search"
        aria-label="Find a limit"
        placeholder="Find a limit"
        className="max-w-sm"
        value={sought}
        onChange={(e) => setSought(e.target.value)}
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
          <Table group={group} names={names} config={found.data} />
        </section>
      ))}
    </div>
  );
}

function Table({ group, names, config }: { group: string; names: string[]; config: Config }) {
  return (
    <div className="overflow-x-auto" role="region" aria-label={`Limits: ${group}`} tabIndex={0}>
      <table className="w-full min-w-[40rem] table-fixed tabular-nums">
        <thead className="text-xs text-faint">
          <tr className="border-b border-line text-right">
            <th scope="col" className="w-64 px-4 py-2 text-left font-medium">
              Directive
            </th>
            {head.map((name) => (
              <th key={name} scope="col" className="px-4 py-2 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line text-right">
          {names.map((name) => (
            <Limit key={name} name={name} config={config} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Limit({ name, config }: { name: string; config: Config }) {
  const limit = config.limits[name];
  if (!limit) return null;
  const setting = settingsOf(config).find((s) => s.directive === name);
  const runtime = setting && config.sources[setting.name] === 'runtime';
  const other = limit.value !== limit.default;
  return (
    <tr>
      <th scope="row" className="px-4 py-2 text-left font-normal">
        <code className="break-all">{name}</code>
        {setting && <span className="block text-[0.8125rem] text-faint">{setting.name}</span>}
      </th>
      <td className={`px-4 py-2 ${other ? 'font-semibold' : ''}`}>
        {limitText(limit.value, limit.unit)}
      </td>
      <td className="px-4 py-2 text-muted">{limitText(limit.default, limit.unit)}</td>
      <td className="px-4 py-2 text-muted">
        {limit.min === undefined || limit.max === undefined
          ? '–'
          : `${limitText(limit.min, limit.unit)} to ${limitText(limit.max, limit.unit)}`}
      </td>
      <td className="px-4 py-2">
        {runtime ? (
          <Badge tone="busy">changed here</Badge>
        ) : other ? (
          <Badge tone="wait">nginx.conf</Badge>
        ) : (
          <Badge>default</Badge>
        )}
      </td>
    </tr>
  );
}
