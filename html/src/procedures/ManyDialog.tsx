import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { fieldsOf } from '../shared/form/schema';
import { count } from '../shared/format';
import { newKey } from '../shared/http';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import { Button, ButtonLink } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextArea } from '../shared/ui/Field';
import { Progress } from '../shared/ui/Progress';
import { startRun } from './api';
import { rowsOf, type InputRow } from './inputs';
import type { ProcedureDetail } from './types';

/** Starts at a time: enough to be quick, few enough for the limits of a site. */
const at_once = 4;

interface Outcome {
  started: number;
  failed: { n: number; why: string }[];
}

/** Starts many runs, one for each row of a table. */
export function ManyDialog({
  procedure: p,
  onClose,
}: {
  procedure: ProcedureDetail;
  onClose: () => void;
}) {
  const fields = useMemo(() => fieldsOf(p.ckp_json.variables_schema).filter((f) => !f.hidden), [p]);
  const [text, setText] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const read = useMemo(() => rowsOf(text, fields), [text, fields]);
  const rows = 'rows' in read ? read.rows : [];
  const bad = rows.filter((r) => Object.keys(r.errors).length > 0);
  const { outcome, busy, start, stop } = useStart(p);
  const past = outcome ? outcome.started + outcome.failed.length : 0;

  return (
    <Dialog
      wide
      title={`Many runs of ${p.name}`}
      lead="One for each row: CSV with the names of the inputs in its first line, or a JSON array."
      onClose={() => {
        stop();
        onClose();
      }}
      actions={
        outcome && !busy ? (
          <>
            <ButtonLink href={`/runs?procedure_id=${encodeURIComponent(p.procedure_id)}`}>
              See the runs
            </ButtonLink>
            <Button kind="primary" onClick={onClose}>
              Close
            </Button>
          </>
        ) : (
          <>
            <Button icon="import" onClick={() => file.current?.click()}>
              Choose file
            </Button>
            <span className="flex-1" />
            <Button onClick={() => (busy ? stop() : onClose())}>{busy ? 'Stop' : 'Not now'}</Button>
            <Button
              kind="primary"
              icon="runs"
              busy={busy}
              disabled={rows.length === 0 || bad.length > 0}
              onClick={() => void start(rows)}
            >
              {rows.length === 0 ? 'Start' : `Start ${count(rows.length, 'run')}`}
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <input
          ref={file}
          type="file"
          accept=".csv,.json,text/csv,application/json"
          aria-label="File of inputs"
          className="hidden"
          onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
        />
        {outcome === null && (
          <Field
            label="Inputs"
            error={'wrong' in read ? read.wrong : null}
            hint={`Inputs: ${fields.map((f) => f.name).join(', ')}`}
          >
            {(tie) => (
              <TextArea
                {...tie}
                value={text}
                onChange={(e) => setText(e.target.value)}
                className="h-56 font-mono text-[0.8125rem]"
              />
            )}
          </Field>
        )}
        {outcome === null && bad.length > 0 && (
          <Faults list={bad.map((r) => ({ n: r.n, why: sentenceOf(r) }))} />
        )}
        {outcome && (
          <>
            <Progress
              name={`${past} of ${count(rows.length, 'run')}`}
              value={past}
              max={rows.length}
            />
            <p role="status">{count(outcome.started, 'run')} started</p>
            {outcome.failed.length > 0 && <Faults list={outcome.failed} />}
          </>
        )}
      </div>
    </Dialog>
  );
}

function sentenceOf(row: InputRow): string {
  return Object.entries(row.errors)
    .map(([name, sentence]) => `${name}: ${sentence}`)
    .join('; ');
}

function Faults({ list }: { list: { n: number; why: string }[] }) {
  return (
    <ul
      aria-label="Rows that do not fit"
      className="max-h-48 divide-y divide-line overflow-y-auto rounded-lg border border-line"
    >
      {list.slice(0, 200).map(({ n, why }) => (
        <li key={n} className="px-3 py-2">
          Row {n}: <span className="break-words text-bad">{why}</span>
        </li>
      ))}
    </ul>
  );
}

function useStart(p: ProcedureDetail) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, setBusy] = useState(false);
  const stopped = useRef(false);
  const client = useQueryClient();

  const start = async (rows: InputRow[]) => {
    setBusy(true);
    const sum: Outcome = { started: 0, failed: [] };
    setOutcome({ ...sum });
    const left = [...rows];
    const work = async () => {
      for (let row = left.shift(); row && !stopped.current; row = left.shift()) {
        try {
          await startRun(p.procedure_id, p.version, row.values, newKey());
          sum.started++;
        } catch (error) {
          const { sentence, fields } = problemOf(error);
          const why = Object.entries(fields).map(([name, s]) => `${name}: ${s}`);
          sum.failed.push({ n: row.n, why: why.length > 0 ? why.join('; ') : sentence });
        }
        setOutcome({ ...sum });
      }
    };
    await Promise.all(Array.from({ length: at_once }, work));
    setBusy(false);
    void client.invalidateQueries({ queryKey: keys.runs });
  };
  return { outcome, busy, start, stop: () => (stopped.current = true) };
}
