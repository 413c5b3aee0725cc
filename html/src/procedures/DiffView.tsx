import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { count } from '../shared/format';
import { keys } from '../shared/query';
import { Badge, type Tone } from '../shared/ui/Badge';
import { Field, Select } from '../shared/ui/Field';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { VirtualList } from '../shared/ui/VirtualList';
import { getDiff } from './api';
import { foldSame, sideBySide, type Pair } from './diff';
import type { Diff } from './types';

interface DiffViewProps {
  id: string;
  versions: string[];
  from: string;
  to: string;
  onChoose: (from: string, to: string) => void;
}

/** Two versions of a document side by side, and above them what that means. */
export function DiffView({ id, versions, from, to, onChoose }: DiffViewProps) {
  const diff = useQuery({
    queryKey: [...keys.procedures, 'diff', id, from, to],
    queryFn: () => getDiff(id, from, to),
    enabled: from !== '' && to !== '',
  });
  return (
    <div className="flex flex-col gap-4">
      <div className="grid max-w-xl grid-cols-2 gap-3">
        {(['From', 'To'] as const).map((label) => (
          <Field key={label} label={label}>
            {(tie) => (
              <Select
                {...tie}
                value={label === 'From' ? from : to}
                onChange={(e) =>
                  label === 'From' ? onChoose(e.target.value, to) : onChoose(from, e.target.value)
                }
              >
                {versions.map((v) => (
                  <option key={v}>{v}</option>
                ))}
              </Select>
            )}
          </Field>
        ))}
      </div>
      {diff.isError && <ErrorNote error={diff.error} />}
      {diff.isPending && from !== '' && <Loading />}
      {diff.data && <Result diff={diff.data} />}
    </div>
  );
}

function Result({ diff }: { diff: Diff }) {
  const pairs = useMemo(() => foldSame(sideBySide(diff.lines ?? [])), [diff.lines]);
  if (diff.identical) {
    return <p className="card px-4 py-6 text-center text-muted">The two versions are the same</p>;
  }
  const s = diff.summary;
  const told: [string, Tone, string[]][] = [
    ['Nodes added', 'ok', s.nodes_added],
    ['Nodes removed', 'bad', s.nodes_removed],
    ['Nodes changed', 'wait', s.nodes_changed],
    ['Variables changed', 'wait', s.variables_changed],
    ['Configuration changed', 'wait', s.config_changed],
  ];
  return (
    <>
      <ul aria-label="What changed" className="card flex flex-col gap-2 px-4 py-3">
        {told
          .filter(([, , names]) => names.length > 0)
          .map(([what, tone, names]) => (
            <li key={what} className="flex flex-wrap items-baseline gap-2">
              <span className="text-muted">{what}</span>
              {names.map((name) => (
                <Badge key={name} tone={tone}>
                  {name}
                </Badge>
              ))}
            </li>
          ))}
        <li className="text-muted">{count(diff.changes.length, 'value')} in all</li>
      </ul>
      <div className="card overflow-x-auto">
        <div className="min-w-[44rem] font-mono text-[0.8125rem]">
          <VirtualList
            plain
            name="The documents line by line"
            items={pairs}
            rowHeight={22}
            keyOf={(pair) => pair.key}
            className="max-h-[70dvh]"
            row={(pair) => <Line pair={pair} />}
          />
        </div>
      </div>
    </>
  );
}

function Line({ pair }: { pair: Pair }) {
  if (pair.hidden > 0) {
    return (
      <p className="bg-sunken px-4 leading-[22px] text-faint">
        {count(pair.hidden, 'line')} the same
      </p>
    );
  }
  return (
    <div className="grid h-full grid-cols-2 divide-x divide-line">
      <Cell n={pair.a?.n} text={pair.a?.text} look={pair.same ? '' : 'bg-bad-soft'} sign="−" />
      <Cell n={pair.b?.n} text={pair.b?.text} look={pair.same ? '' : 'bg-ok-soft'} sign="+" />
    </div>
  );
}

interface CellProps {
  n: number | undefined;
  text: string | undefined;
  look: string;
  sign: string;
}

function Cell({ n, text, look, sign }: CellProps) {
  if (text === undefined) return <span className="bg-sunken" />;
  return (
    <span className={`flex min-w-0 leading-[22px] ${look}`} title={text.trim()}>
      <span className="w-11 shrink-0 pr-2 text-right text-faint select-none">{n}</span>
      <span className="w-4 shrink-0 select-none">{look === '' ? '' : sign}</span>
      <span className="truncate whitespace-pre">{text}</span>
    </span>
  );
}
