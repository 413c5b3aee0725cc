import { useMemo } from 'react';
import { count, duration } from '../shared/format';
import { useNow } from '../shared/hooks';
import { VirtualList } from '../shared/ui/VirtualList';
import type { EventTone } from './describe';
import type { Lane, Progress, Span } from './progress';

const fills: Record<EventTone, string> = {
  ok: 'bg-ok',
  busy: 'bg-busy',
  wait: 'bg-wait',
  bad: 'bg-bad',
  calm: 'bg-calm',
};

/** More bars than this in one lane are one line anyhow. */
const bars_max = 300;

interface GanttProps {
  progress: Progress;
  live: boolean;
  chosen: number | null;
  onChoose: (seq: number | null) => void;
}

/** Nodes and steps as bars over the time of the run. */
export function Gantt({ progress, live, chosen, onChoose }: GanttProps) {
  const now = useNow(1000, live);
  const { from, lanes } = progress;
  const to = Math.max(progress.to, live ? now : 0, from + 1);
  const ticks = useMemo(() => ticksOf(to - from), [from, to]);
  if (lanes.length === 0) {
    return <p className="card px-4 py-8 text-center text-muted">No node has started yet</p>;
  }
  return (
    <div className="card min-w-0 overflow-hidden">
      <div className="flex border-b border-line text-xs text-faint">
        <span className="w-32 shrink-0 px-4 py-1.5 sm:w-56">{duration(to - from)} in all</span>
        <div className="relative mr-4 h-7 min-w-0 flex-1" aria-hidden="true">
          {ticks.map((tick) => (
            <span
              key={tick}
              className="absolute top-1.5 border-l border-line pl-1 whitespace-nowrap tabular-nums"
              style={{ left: `${(tick / (to - from)) * 100}%` }}
            >
              {duration(tick)}
            </span>
          ))}
        </div>
        {/* as wide as the times behind the bars: ticks and bars share one scale */}
        <span className="w-20 shrink-0" />
      </div>
      <VirtualList
        name="Nodes and steps over time"
        items={lanes}
        rowHeight={30}
        keyOf={(lane) => lane.id}
        className="max-h-[max(20rem,calc(100dvh-19rem))]"
        row={(lane) => (
          <LaneRow lane={lane} from={from} to={to} chosen={chosen} onChoose={onChoose} />
        )}
      />
    </div>
  );
}

interface LaneRowProps {
  lane: Lane;
  from: number;
  to: number;
  chosen: number | null;
  onChoose: (seq: number | null) => void;
}

function LaneRow({ lane, from, to, chosen, onChoose }: LaneRowProps) {
  const first = lane.spans[0];
  const spent = lane.spans.reduce((sum, s) => sum + (s.to ?? to) - s.from, 0);
  const here = lane.spans.some((s) => s.seq === chosen);
  const told = `${lane.name}: ${duration(spent)} in ${count(lane.spans.length, 'try', 'tries')}`;
  return (
    <button
      type="button"
      title={told}
      onClick={() => first && onChoose(here ? null : first.seq)}
      className={`
        flex h-full w-full items-center border-b border-line text-left -outline-offset-2
        ${here ? 'bg-accent-soft' : 'hover:bg-hover'}
      `}
    >
      <span
        className={`
        w-32 shrink-0 truncate px-4 text-[0.8125rem] sm:w-56
        ${lane.kind === 'node' ? 'font-medium' : 'pl-8 text-muted'}
      `}
      >
        {lane.name}
      </span>
      <span className="relative mr-4 h-full min-w-0 flex-1">
        {lane.spans.slice(-bars_max).map((span) => (
          <Bar key={span.seq} span={span} lane={lane} from={from} to={to} />
        ))}
      </span>
      <span className="
        w-20 shrink-0 pr-3 text-right text-xs whitespace-nowrap text-faint tabular-nums
      ">
        {duration(spent)}
        <span className="sr-only">, {count(lane.spans.length, 'try', 'tries')}</span>
      </span>
    </button>
  );
}

function Bar({ span, lane, from, to }: { span: Span; lane: Lane; from: number; to: number }) {
  const whole = to - from;
  const left = ((span.from - from) / whole) * 100;
  const width = (((span.to ?? to) - span.from) / whole) * 100;
  return (
    <span
      title={`${span.note}: ${duration((span.to ?? to) - span.from)}`}
      className={`
        absolute top-1/2 min-w-[3px] -translate-y-1/2 rounded-sm ${fills[span.tone]}
        ${lane.kind === 'node' ? 'h-3.5 opacity-45' : 'h-2.5'}
        ${span.to === null ? 'breathing' : ''}
      `}
      style={{ left: `${left}%`, width: `${width}%` }}
    />
  );
}

/** Round times, four to six of them, within a span of milliseconds. */
export function ticksOf(span_ms: number): number[] {
  const units = [1, 2, 5, 10, 20, 50, 100, 200, 500];
  const seconds = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400,
  ];
  const steps = [...units, ...seconds.map((s) => s * 1000)];
  const fits =
    steps.find((step) => span_ms / step <= 6) ?? Math.ceil(span_ms / 6 / 86_400_000) * 86_400_000;
  const ticks: number[] = [];
  for (let t = 0; t < span_ms * 0.95; t += fits) ticks.push(t);
  return ticks;
}
