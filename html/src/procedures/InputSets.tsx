import { useState } from 'react';
import type { SchemaFormState } from '../shared/form/useSchemaForm';
import { Button, IconButton } from '../shared/ui/Button';
import { TextInput } from '../shared/ui/Field';
import { forgetSet, keepSet, savedSets } from './inputs';

interface InputSetsProps {
  procedureId: string;
  form: SchemaFormState;
}

/** Inputs that were given a name, to start with them again. */
export function InputSets({ procedureId, form }: InputSetsProps) {
  const [sets, setSets] = useState(() => savedSets(procedureId));
  const [name, setName] = useState('');
  return (
    <details className="rounded-lg border border-line px-3 py-2">
      <summary className="text-muted">Saved inputs{sets.length > 0 && ` (${sets.length})`}</summary>
      <div className="flex flex-col gap-2 pt-2">
        {sets.length > 0 && (
          <ul aria-label="Saved inputs" className="flex flex-wrap gap-2">
            {sets.map((set) => (
              <li key={set.name} className="flex rounded-lg border border-line">
                <Button
                  size="small"
                  kind="quiet"
                  icon="star"
                  onClick={() => form.fill({ ...form.texts(), ...set.texts })}
                >
                  {set.name}
                </Button>
                <IconButton
                  icon="close"
                  name={`Forget the inputs ${set.name}`}
                  className="size-7"
                  onClick={() => setSets(forgetSet(procedureId, set.name))}
                />
              </li>
            ))}
          </ul>
        )}
        <div className="flex gap-2">
          <TextInput
            aria-label="Name for these inputs"
            placeholder="Name for these inputs"
            value={name}
            maxLength={60}
            onChange={(e) => setName(e.target.value)}
          />
          <Button
            disabled={name.trim() === ''}
            onClick={() => {
              const set = { name: name.trim(), texts: form.texts() };
              setSets(keepSet(procedureId, form.fields, set));
              setName('');
            }}
          >
            Keep
          </Button>
        </div>
      </div>
    </details>
  );
}
