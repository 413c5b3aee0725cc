import type { Tone } from './Badge';

export interface Bar {
  key: string;
  name: string;
  parts: { tone: Tone; name: string; n: number }[];
}

const fills: Record<Tone, string> = {
  ok: 'fill-ok',
  busy: 'fill-busy',
  wait: 'fill-wait',
  bad: 'fill-bad',
  calm: 'fill-calm',
};

const height = 96;
const width = 10;

interface BarsProps {
  name: string;
  bars: Bar[];
  /** How a number is told. */
  format?: (n: number) => string;
}

/** Stacked bars over time, with a table that tells the same to those who cannot see them. */
export function Bars({ name, bars, format = String }: BarsProps) {
  const sums = bars.map((b) => b.parts.reduce((sum, p) => sum + p.n, 0));
  const most = Math.max(1e-9, ...sums);
  const total = sums.reduce((a, b) => a + b, 0);
  return (
    <figure className="flex flex-col gap-1.5 px-4 py-3">
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${bars.length * width} ${height}`}
        preserveAspectRatio="none"
        className="h-28 w-full overflow-visible"
      >
        <line
          x1="0"
          x2={bars.length * width}
          y1={height}
          y2={height}
          className="stroke-line"
          vectorEffect="non-scaling-stroke"
        />
        {bars.map((bar, i) => (
          <BarOf key={bar.key} bar={bar} x={i * width} most={most} format={format} />
        ))}
      </svg>
      <figcaption className="flex justify-between text-xs text-faint">
        <span>{bars[0]?.name}</span>
        <span>
          {total === 0 ? 'nothing yet' : `at most ${format(most)}, ${format(total)} in all`}
        </span>
        <span>{bars.at(-1)?.name}</span>
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

interface BarOfProps {
  bar: Bar;
  x: number;
  most: number;
  format: (n: number) => string;
}

function BarOf({ bar, x, most, format }: BarOfProps) {
  let top = height;
  return (
    <g>
      <title>{`${bar.name}: ${told(bar, format)}`}</title>
      <rect
        x={x}
        y="0"
        width={width}
        height={height}
        className="fill-transparent hover:fill-hover"
      />
      {bar.parts.map((part) => {
        const h = (part.n / most) * height;
        top -= h;
        return (
          <rect
            key={part.name}
            x={x + 1.5}
            y={top}
            width={width - 3}
            height={h}
            rx="1"
            className={`pointer-events-none ${fills[part.tone]}`}
          />
        );
      })}
    </g>
  );
}
