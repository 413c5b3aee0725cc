import { lazy, Suspense, useState } from 'react';
import type { Tone } from './Badge';

export interface Bar {
  key: string;
  name: string;
  parts: { tone: Tone; name: string; n: number }[];
}

export interface BarsProps {
  name: string;
  bars: Bar[];
  /** How a number is told. */
  format?: (n: number) => string;
  /** What the bars tell can be added up. */
  adds?: boolean;
}

const Chart = lazy(async () => ({ default: (await import('./Chart')).Chart }));

/* there is no half of a run */
const whole = (n: number) => (Number.isInteger(n) ? n.toLocaleString('en') : '');

/** Stacked bars over time, with a table that tells the same to those who cannot see them. */
export function Bars({ name, bars, format = whole, adds = true }: BarsProps) {
  const [at, setAt] = useState<number | null>(null);
  const sums = bars.map((b) => b.parts.reduce((n, p) => n + p.n, 0));
  const total = sums.reduce((a, b) => a + b, 0);
  const pointed = at === null ? undefined : bars[at];
  const sum =
    total === 0
      ? 'nothing yet'
      : `at most ${format(Math.max(...sums))}${adds ? `, ${format(total)} in all` : ''}`;
  return (
    <figure className="flex flex-col gap-1 px-4 py-3">
      <div className="h-36">
        <Suspense>
          <Chart name={name} bars={bars} format={format} onPoint={setAt} />
        </Suspense>
      </div>
      <figcaption className="text-center text-xs text-faint tabular-nums">
        {pointed ? `${pointed.name}: ${told(pointed, format)}` : sum}
      </figcaption>
      <table className="sr-only">
        <caption>{name}</caption>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.key}>
              <th scope="row">{bar.name}</th>
              <td>{told(bar, format)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function told(bar: Bar, format: (n: number) => string): string {
  const parts = bar.parts.filter((p) => p.n > 0);
  return parts.length === 0 ? 'none' : parts.map((p) => `${format(p.n)} ${p.name}`).join(', ');
}
