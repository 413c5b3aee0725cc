import { escapePointer } from '../shared/editor/pointer';
import type { Json, JsonObject } from '../shared/types';
import { FieldControl } from './FieldControl';
import type { FieldSpec } from './fields';
import { setAt } from './graph';
import type { FormContext } from './types-form';

interface FormProps {
  specs: FieldSpec[];
  value: JsonObject;
  at: string;
  context: FormContext;
  onChange: (value: JsonObject, field: string) => void;
}

/** The fields of a node or of a part of it; what is seldom needed stands behind "More". */
export function Form({ specs, value, at, context, onChange }: FormProps) {
  const seldom = specs.filter((s) => s.common && !(s.name in value));
  const shown = specs.filter((s) => !s.common || s.name in value);
  const draw = (spec: FieldSpec) => (
    <FieldControl
      key={`${at}/${spec.name}`}
      spec={spec}
      value={value[spec.name]}
      at={`${at}/${escapePointer(spec.name)}`}
      context={context}
      onChange={(to: Json | undefined) =>
        onChange(setAt(value, [spec.name], to) as JsonObject, spec.name)
      }
    />
  );
  return (
    <div className="flex flex-col gap-4">
      {shown.map(draw)}
      {seldom.length > 0 && (
        <details>
          <summary className="rounded text-muted">More ({seldom.length})</summary>
          <div className="flex flex-col gap-4 pt-3">{seldom.map(draw)}</div>
        </details>
      )}
    </div>
  );
}
