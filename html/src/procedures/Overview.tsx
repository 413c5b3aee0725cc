import { fieldsOf, textOf } from '../shared/form/schema';
import { rulesInWords } from '../shared/form/validate';
import { exactTime } from '../shared/format';
import { Badge } from '../shared/ui/Badge';
import { EmptyState } from '../shared/ui/Notes';
import { Facts, Panel } from '../shared/ui/Page';
import { Time } from '../shared/ui/Time';
import type { ProcedureDetail } from './types';

/** What it is, and what it asks for. */
export function Overview({ procedure: p }: { procedure: ProcedureDetail }) {
  const fields = fieldsOf(p.ckp_json.variables_schema);
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title="About">
        <Facts
          facts={[
            ['Description', p.description],
            ['Compiles', p.valid === null ? 'not known' : p.valid ? 'yes' : 'no'],
            ['Channel', p.release_channel],
            ['Effective from', p.effective_date],
            ['Tags', p.tags?.length > 0 ? p.tags.join(', ') : null],
            [
              'Imported',
              <span title={exactTime(p.created_at)}>
                <Time at={p.created_at} />
              </span>,
            ],
            ['Changed', <Time at={p.updated_at} />],
            ['By', p.created_by],
          ]}
        />
      </Panel>
      <Panel title="Variables">
        {fields.length === 0 && (
          <EmptyState icon="procedures" title="No variables">
            This one asks for nothing.
          </EmptyState>
        )}
        <ul className="divide-y divide-line">
          {fields.map((f) => (
            <li key={f.name} className="flex flex-col gap-0.5 px-4 py-2.5">
              <p className="flex flex-wrap items-center gap-2">
                <code className="font-medium break-all">{f.name}</code>
                <span className="text-faint">{f.type}</span>
                {f.required && <Badge tone="busy">required</Badge>}
                {f.hidden && <Badge>captured</Badge>}
                {f.sensitive && <Badge tone="wait">hidden</Badge>}
              </p>
              {f.description && <p className="break-words text-muted">{f.description}</p>}
              {[...rulesInWords(f), ...(f.allowed ? [f.allowed.map(textOf).join(', ')] : [])].map(
                (rule) => (
                  <p key={rule} className="break-words text-faint">
                    {rule}
                  </p>
                ),
              )}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
