import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { duration, exactTime, shortId } from '../shared/format';
import { keys } from '../shared/query';
import { nameOfRun, type Json, type Run } from '../shared/types';
import { StatusBadge } from '../shared/ui/Badge';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { getRun, listEvents } from './api';
import { emptyTimeline, foldEvents } from './logic';
import { progressOf, type Progress } from './progress';

interface Side {
  run: Run;
  progress: Progress;
}

function useSide(id: string) {
  return useQuery({
    queryKey: [...keys.runs, 'one', id, 'side'],
    queryFn: async (): Promise<Side> => {
      const [run, events] = await Promise.all([getRun(id), listEvents(id)]);
      return { run, progress: progressOf(foldEvents(emptyTimeline, events).entries) };
    },
  });
}

/** Two runs beside each other: what went in, which way they took, what came out. */
export function CompareView({ a, b }: { a: string; b: string }) {
  const [left, right] = [useSide(a), useSide(b)];
  const error = left.error ?? right.error;
  if (error) return <ErrorNote error={error} />;
  if (!left.data || !right.data) return <Loading />;
  const [one, other] = [left.data, right.data];
  const nodes = [...new Set([...one.progress.nodes.keys(), ...other.progress.nodes.keys()])];
  return (
    <div className="card overflow-x-auto">
      <table className="w-full min-w-[40rem] border-collapse text-left">
        <caption className="sr-only">Two runs compared; rows that differ are marked</caption>
        <thead>
          <tr className="border-b border-line">
            <td className="w-44 px-4 py-3" />
            {[one, other].map(({ run }) => (
              <th key={run.run_id} scope="col" className="px-4 py-3">
                <TextLink href={pageOf('runs', run.run_id)}>{nameOfRun(run)}</TextLink>{' '}
                <code className="font-normal text-faint">{shortId(run.run_id)}</code>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Group name="Run" />
          {facts.map(([name, value]) => (
            <Row key={name} name={name} a={value(one.run)} b={value(other.run)} />
          ))}
          <Row
            name="Status"
            a={<StatusBadge status={one.run.status} />}
            b={<StatusBadge status={other.run.status} />}
            differs={one.run.status !== other.run.status}
          />
          <Values name="Inputs" a={one.run.input_vars} b={other.run.input_vars} />
          <Group name="Nodes" />
          {nodes.map((id) => (
            <Row
              key={id}
              name={id}
              a={nodeText(one, id)}
              b={nodeText(other, id)}
              differs={one.progress.nodes.get(id)?.status !== other.progress.nodes.get(id)?.status}
            />
          ))}
          <Values name="Outputs" a={one.run.output_vars} b={other.run.output_vars} />
        </tbody>
      </table>
    </div>
  );
}

const facts: [string, (run: Run) => string][] = [
  ['Version', (r) => r.procedure_version],
  ['Created', (r) => exactTime(r.created_at)],
  ['Took', (r) => (r.duration_seconds === null ? '–' : duration(r.duration_seconds * 1000))],
  ['Attempt', (r) => String(r.attempt)],
  ['Cost', (r) => (r.estimated_cost_usd === null ? '–' : `$${r.estimated_cost_usd.toFixed(4)}`)],
  ['Error', (r) => r.error_message ?? '–'],
];

function nodeText({ progress }: Side, id: string): string {
  const node = progress.nodes.get(id);
  if (!node) return 'not reached';
  const times = node.visits > 1 ? `, ${node.visits} times` : '';
  return `${node.status}${times}, ${duration(node.ms)}`;
}

function Group({ name }: { name: string }) {
  return (
    <tr className="border-b border-line bg-ground">
      <th scope="rowgroup" colSpan={3} className="px-4 py-1.5 text-xs font-medium text-muted">
        {name}
      </th>
    </tr>
  );
}

interface RowProps {
  name: string;
  a: ReactNode;
  b: ReactNode;
  differs?: boolean;
}

function Row({ name, a, b, differs = a !== b }: RowProps) {
  return (
    <tr className={`border-b border-line align-top ${differs ? 'bg-wait-soft' : ''}`}>
      <th scope="row" className="px-4 py-2 font-normal break-all text-muted">
        {name}
        {differs && <span className="sr-only"> (differs)</span>}
      </th>
      <td className="max-w-0 px-4 py-2">
        <div className="line-clamp-6 break-words">{a}</div>
      </td>
      <td className="max-w-0 px-4 py-2">
        <div className="line-clamp-6 break-words">{b}</div>
      </td>
    </tr>
  );
}

type Vars = Record<string, Json> | null;

function Values({ name, a, b }: { name: string; a: Vars; b: Vars }) {
  const all = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  if (all.length === 0) return null;
  const text = (vars: Vars, key: string) => (vars && key in vars ? JSON.stringify(vars[key]) : '–');
  return (
    <>
      <Group name={name} />
      {all.map((key) => (
        <Row key={key} name={key} a={text(a, key)} b={text(b, key)} />
      ))}
    </>
  );
}
