import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import UPlot, { type AlignedData, type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Bar, BarsProps } from './Bars';

interface ChartProps extends Required<Omit<BarsProps, 'adds'>> {
  /** The bar that is pointed at; null: none. */
  onPoint: (index: number | null) => void;
}

/** Bars with their axes.  Arrow keys point at one, as the mouse does. */
export function Chart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const now = useRef(props);
  useLayoutEffect(() => {
    now.current = props;
  });
  const { name, bars } = props;
  const parts = bars[0]?.parts.length ?? 0;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const drawn = new UPlot(optionsOf(element, now), stack(now.current.bars), element);
    plot.current = drawn;
    const size = new ResizeObserver(() => {
      drawn.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    size.observe(element);
    const stop = onTheme(() => drawn.redraw(false));
    return () => {
      stop();
      size.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [parts]);
  useEffect(() => plot.current?.setData(stack(bars)), [bars]);

  const onKeyDown = (event: KeyboardEvent) => {
    const u = plot.current;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!u || by === undefined) return;
    event.preventDefault();
    const from = u.cursor.idx ?? (by > 0 ? -1 : bars.length);
    const to = Math.max(0, Math.min(bars.length - 1, from + by));
    u.setCursor({ left: u.valToPos(to, 'x'), top: 1 });
  };
  return (
    <div
      ref={host}
      role="img"
      aria-label={name}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      className="h-full rounded-lg"
    />
  );
}

/** Each layer stands on those before it; the highest is drawn first, the others over it. */
function stack(bars: readonly Bar[]): AlignedData {
  const layers = (bars[0]?.parts ?? []).map((_, i) =>
    bars.map((bar) => bar.parts.slice(0, i + 1).reduce((sum, part) => sum + part.n, 0)),
  );
  return [bars.map((_, i) => i), ...layers.reverse()];
}

function optionsOf(element: HTMLElement, now: { current: ChartProps }): Options {
  const color = (name: string) => () => colorOf(element, name);
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const paths = UPlot.paths.bars?.({ size: [0.7, 48], radius: 0.1 });
  const tones = (now.current.bars[0]?.parts ?? []).map((part) => part.tone).reverse();
  const axis = { stroke: color('faint'), font, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: false, range: () => [-0.6, now.current.bars.length - 0.4] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.05 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 4,
        space: 56,
        incrs: [1, 2, 3, 4, 6, 12, 24],
        grid: { show: false },
        values: (_, at) => at.map((i) => now.current.bars[i]?.name ?? ''),
      },
      {
        ...axis,
        /* as wide as its longest number */
        size: (_, told) => 14 + 6.5 * Math.max(2, ...(told ?? []).map((t) => t.length)),
        gap: 6,
        space: 28,
        grid: { stroke: color('line'), width: 1 },
        values: (_, at) => at.map((n) => (n === 0 ? '' : now.current.format(n))),
      },
    ],
    series: [
      {},
      ...tones.map((tone) => ({
        fill: color(tone),
        width: 0,
        points: { show: false },
        ...(paths ? { paths } : {}),
      })),
    ],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    hooks: { setCursor: [(u) => now.current.onPoint(u.cursor.idx ?? null)] },
  };
}

/** A colour of the theme as it is now: a canvas does not know the names of styles.css. */
function colorOf(element: HTMLElement, name: string): string {
  element.style.color = `var(--color-${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}

/** Calls when light becomes dark or the reverse, by the system or by the button. */
function onTheme(act: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = new MutationObserver(act);
  system.addEventListener('change', act);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', act);
    chosen.disconnect();
  };
}
