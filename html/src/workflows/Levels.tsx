import { duration } from '../shared/format';
import { StatusBadge, toneOf } from '../shared/ui/Badge';

export interface Step {
  id: string;
  name: string;
  what: string;
  status: string | null;
  ms: number | null;
  note: string | null;
}

const edges = {
  ok: 'border-ok',
  busy: 'border-busy',
  wait: 'border-wait',
  bad: 'border-bad',
  calm: 'border-line',
} as const;

/** Steps in columns: what stands in one can be done at the same time. */
export function Levels({
  levels,
  steps,
}: {
  levels: string[][];
  steps: ReadonlyMap<string, Step>;
}) {
  return (
    <div tabIndex={0} role="region" aria-label="Levels" className="card overflow-x-auto p-4">
      <ol className="flex items-start gap-4">
        {levels.map((level, i) => (
          <li key={i} className="w-56 shrink-0">
            <p className="mb-2 text-xs text-faint">Level {i + 1}</p>
            <ul className="flex flex-col gap-2">
              {level.map((id) => {
                const step = steps.get(id);
                const tone = toneOf(step?.status ?? '');
                return (
                  <li
                    key={id}
                    className={`rounded-xl border bg-surface px-3 py-2 shadow-card ${edges[tone]}`}
                  >
                    <p className="truncate font-medium">{step?.name ?? id}</p>
                    <p className="truncate text-xs text-muted">{step?.what}</p>
                    {step?.status && (
                      <p className="mt-1.5 flex items-center gap-2">
                        <StatusBadge status={step.status} />
                        {step.ms !== null && (
                          <span className="text-xs text-faint">{duration(step.ms)}</span>
                        )}
                      </p>
                    )}
                    {step?.note && (
                      <p className="mt-1 line-clamp-3 text-[0.8125rem] break-words text-bad">
                        {step.note}
                      </p>
                    )}
                  </li>
                );
              })}
            </ul>
          </li>
        ))}
      </ol>
    </div>
  );
}
