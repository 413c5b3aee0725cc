import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Comparison } from '../shared/editor/Editor';
import { count } from '../shared/format';
import { keys } from '../shared/query';
import { Badge, type Tone } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Field, Select } from '../shared/ui/Field';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { getDiff } from './api';
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
      {diff.data && <Result diff={diff.data} from={from} to={to} />}
    </div>
  );
}

function Result({ diff, from, to }: { diff: Diff; from: string; to: string }) {
  const [whole, setWhole] = useState(false);
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
        <li className="flex flex-wrap items-center justify-between gap-2 text-muted">
          {count(diff.changes.length, 'value')} in all
          <Button size="small" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            Show all lines
          </Button>
        </li>
      </ul>
      <div className="overflow-x-auto">
        <Comparison
          before={{ name: `Version ${from}`, text: textOf(diff, 'add') }}
          after={{ name: `Version ${to}`, text: textOf(diff, 'del') }}
          whole={whole}
          className="h-[70dvh] min-w-[44rem]"
        />
      </div>
    </>
  );
}

/** One side of a difference: the lines without those of the other side. */
function textOf({ lines = [] }: Diff, without: 'add' | 'del'): string {
  return lines
    .filter((line) => line.kind !== without)
    .map((line) => line.text)
    .join('\n');
}
