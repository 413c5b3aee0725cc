import { Button, IconButton } from '../shared/ui/Button';
import { TextInput } from '../shared/ui/Field';
import { rowFault, type MapRow } from './logic';

interface MappingProps {
  rows: MapRow[];
  error: string | null;
  onRows: (rows: MapRow[]) => void;
}

/** Which variables of the run come from where in what came. */
export function Mapping({ rows, error, onRows }: MappingProps) {
  const set = (i: number, change: Partial<MapRow>) =>
    onRows(rows.map((row, n) => (n === i ? { ...row, ...change } : row)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="font-medium">Inputs of the run</legend>
      <p className="text-[0.8125rem] text-faint">
        {rows.length === 0
          ? 'What came is the inputs. A row here makes them of parts of it instead.'
          : 'A pointer into what came (/order/id), a template ({{trigger.type}}) or a value.'}
      </p>
      {rows.map((row, i) => {
        const fault = rowFault(rows, i);
        return (
          <div key={i}>
            <div className="flex items-center gap-2">
              <TextInput
                aria-label={`Variable ${i + 1}`}
                placeholder="variable"
                className="w-2/5"
                value={row.variable}
                onChange={(e) => set(i, { variable: e.target.value })}
              />
              <TextInput
                aria-label={`Where variable ${i + 1} comes from`}
                aria-invalid={fault !== null}
                placeholder="/order/id"
                value={row.from}
                onChange={(e) => set(i, { from: e.target.value })}
              />
              <IconButton
                icon="trash"
                name={`Remove variable ${i + 1}`}
                onClick={() => onRows(rows.filter((_, n) => n !== i))}
              />
            </div>
            {fault && <p className="text-[0.8125rem] text-bad">{fault}</p>}
          </div>
        );
      })}
      {error && (
        <p role="alert" className="text-[0.8125rem] text-bad">
          {error}
        </p>
      )}
      <span>
        <Button
          size="small"
          icon="plus"
          onClick={() => onRows([...rows, { variable: '', from: '' }])}
        >
          Add an input
        </Button>
      </span>
    </fieldset>
  );
}
