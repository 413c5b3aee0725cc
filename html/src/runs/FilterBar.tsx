import { useState } from 'react';
import { words } from '../shared/format';
import { runStatuses } from '../shared/types';
import { Button } from '../shared/ui/Button';
import { Field, SearchInput, Select, TextInput } from '../shared/ui/Field';
import { Segments } from '../shared/ui/Segments';
import { furtherNames, howManySet, periods, type RunFilter } from './filter';

const names: Record<string, string> = { created: 'Queued', waiting_approval: 'Waiting' };
const options = [
  { value: '', name: 'All' },
  ...runStatuses.map((s) => ({ value: s as string, name: names[s] ?? words(s) })),
];
const triggers = ['manual', 'scheduled', 'webhook', 'event', 'file_watch'];

interface FilterBarProps {
  filter: RunFilter;
  onChange: (changes: Record<string, string>) => void;
  text: string;
  onText: (text: string) => void;
}

export function FilterBar({ filter, onChange, text, onText }: FilterBarProps) {
  const set = howManySet(filter);
  const [open, setOpen] = useState(false);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          name="Search runs"
          placeholder="Run id, or part of a procedure id"
          text={text}
          onText={onText}
        />
        <Segments
          name="Status"
          options={options}
          value={filter.status}
          onChange={(status) => onChange({ status })}
        />
        <Button icon="filter" aria-expanded={open} onClick={() => setOpen(!open)}>
          {set > 0 ? `Filters (${set})` : 'Filters'}
        </Button>
      </div>
      {open && <Further filter={filter} onChange={onChange} />}
    </div>
  );
}

type FurtherProps = Pick<FilterBarProps, 'filter' | 'onChange'>;

function Further({ filter, onChange }: FurtherProps) {
  const text = (name: keyof RunFilter, label: string) => (
    <Field label={label}>
      {(tie) => (
        <TextInput
          {...tie}
          type="search"
          value={filter[name]}
          onChange={(e) => onChange({ [name]: e.target.value.trim() })}
        />
      )}
    </Field>
  );
  return (
    <div className="card grid gap-3 px-4 py-4 sm:grid-cols-2 lg:grid-cols-4">
      {text('procedure_id', 'Procedure')}
      {text('procedure_version', 'Version')}
      {text('project_id', 'Project id')}
      {text('case_id', 'Case id')}
      <Field label="Trigger">
        {(tie) => (
          <Select
            {...tie}
            value={filter.trigger_type}
            onChange={(e) => onChange({ trigger_type: e.target.value })}
          >
            <option value="">Every trigger</option>
            {triggers.map((t) => (
              <option key={t} value={t}>
                {words(t)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {text('parent_run_id', 'Child of run')}
      <Period filter={filter} onChange={onChange} />
      <Field label="Order">
        {(tie) => (
          <Select
            {...tie}
            value={filter.order}
            onChange={(e) => onChange({ order: e.target.value })}
          >
            <option value="">Newest first</option>
            <option value="asc">Oldest first</option>
          </Select>
        )}
      </Field>
      {!filter.period && (
        <>
          <Day name="created_from" label="From" filter={filter} onChange={onChange} />
          <Day name="created_to" label="To" filter={filter} onChange={onChange} />
        </>
      )}
      <div className="flex items-end sm:col-span-full">
        <Button
          size="small"
          onClick={() => onChange(Object.fromEntries(furtherNames.map((n) => [n, ''])))}
        >
          Clear these
        </Button>
      </div>
    </div>
  );
}

function Period({ filter, onChange }: FurtherProps) {
  return (
    <Field label="Created">
      {(tie) => (
        <Select
          {...tie}
          value={filter.period}
          onChange={(e) => onChange({ period: e.target.value, created_from: '', created_to: '' })}
        >
          <option value="">At any time, or between days</option>
          {Object.entries(periods).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function Day({
  name,
  label,
  filter,
  onChange,
}: FurtherProps & { name: 'created_from' | 'created_to'; label: string }) {
  return (
    <Field label={label}>
      {(tie) => (
        <TextInput
          {...tie}
          type="date"
          value={filter[name]}
          onChange={(e) => onChange({ [name]: e.target.value })}
        />
      )}
    </Field>
  );
}
