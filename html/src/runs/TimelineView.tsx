import { memo, useDeferredValue, useMemo, useState } from 'react';
import { clockTime, count, duration, exactTime } from '../shared/format';
import { useQueryState } from '../shared/hooks';
import { Dot } from '../shared/ui/Badge';
import { IconButton } from '../shared/ui/Button';
import { SearchInput } from '../shared/ui/Field';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Segments } from '../shared/ui/Segments';
import { VirtualList } from '../shared/ui/VirtualList';
import { EventInspector } from './EventInspector';
import { Gantt } from './Gantt';
import { filterEntries, gapBefore, viewNames, views, type Entry, type View } from './logic';
import type { Progress } from './progress';
import type { LiveTimeline } from './useTimeline';

const viewOptions = views.map((value) => ({ value, name: viewNames[value] }));
const shapes = [
  { value: 'feed', name: 'Feed' },
  { value: 'gantt', name: 'Gantt' },
] as const;

const line_height = 40;

const beside = 'lg:grid-cols-[minmax(0,1fr)_24rem]';

interface TimelineViewProps {
  live: LiveTimeline;
  progress: Progress;
  node: string;
  onNode: (id: string) => void;
}

/** The events of a run as they happen, and the payload of the one that is chosen. */
export function TimelineView({ live, progress, node, onNode }: TimelineViewProps) {
  const [view, setView] = useState<View>('all');
  const [text, setText] = useState('');
  const [shape, setShape] = useQueryState('show', 'feed');
  const [event, setEvent] = useQueryState('event');
  const { entries } = live.line;
  const sought = useDeferredValue(text);
  const shown = useMemo(() => {
    const of = node === '' ? entries : entries.filter((e) => e.event.node_id === node);
    return filterEntries(of, view, sought);
  }, [entries, view, sought, node]);
  const chosen = event === '' ? null : Number(event);
  const entry = chosen === null ? undefined : entries.find((e) => e.seq === chosen);
  const choose = (seq: number | null) => setEvent(seq === null ? '' : String(seq));

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segments
          name="Shape of the timeline"
          options={shapes}
          value={shape === 'gantt' ? 'gantt' : 'feed'}
          onChange={setShape}
        />
        {shape !== 'gantt' && (
          <>
            <Segments name="Which events" options={viewOptions} value={view} onChange={setView} />
            <SearchInput
              name="Search events"
              text={text}
              onText={setText}
              className="min-w-0 max-w-72 flex-1 basis-40"
            />
          </>
        )}
        {node !== '' && (
          <span className="inline-flex items-center rounded-lg bg-accent-soft pl-3 text-accent">
            only {node}
            <IconButton
              icon="close"
              name={`Show all nodes, not only ${node}`}
              onClick={() => onNode('')}
            />
          </span>
        )}
        <LiveState live={live} />
      </div>
      {live.state === 'failed' && live.problem && (
        <ErrorNote
          title="The timeline cannot be followed"
          error={new Error(live.problem.sentence)}
        />
      )}
      <div className={`grid items-start gap-4 ${entry ? beside : ''}`}>
        {shape === 'gantt' ? (
          <Gantt
            progress={progress}
            live={live.state === 'open'}
            chosen={chosen}
            onChoose={choose}
          />
        ) : (
          <Lines
            entries={shown}
            chosen={chosen}
            onChoose={choose}
            waiting={live.state === 'connecting'}
            follow={live.state === 'open' && text === ''}
          />
        )}
        {entry && <EventInspector entry={entry} entries={entries} onChoose={choose} />}
      </div>
    </div>
  );
}

function LiveState({ live }: { live: LiveTimeline }) {
  const { state, line } = live;
  const said = {
    connecting: ['calm', 'Connecting'],
    open: ['ok', 'Live'],
    retrying: ['wait', 'Reconnecting'],
    ended: ['calm', 'Ended'],
    failed: ['bad', 'Not followed'],
  } as const;
  const [tone, name] = said[state];
  return (
    <p role="status" className="ml-auto flex items-center gap-2 text-muted">
      <Dot tone={tone} live={state === 'open' || state === 'retrying'} />
      {name} · {count(line.entries.length, 'event')}
      {line.missed > 0 && <span className="text-bad">, {line.missed} missing</span>}
    </p>
  );
}

interface LinesProps {
  entries: readonly Entry[];
  chosen: number | null;
  onChoose: (seq: number | null) => void;
  waiting: boolean;
  follow: boolean;
}

function Lines({ entries, chosen, onChoose, waiting, follow }: LinesProps) {
  const at = chosen === null ? -1 : entries.findIndex((e) => e.seq === chosen);
  return (
    <div className="card min-w-0 overflow-hidden">
      {entries.length === 0 &&
        (waiting ? (
          <Loading name="Waiting for events" />
        ) : (
          <p className="px-4 py-8 text-center text-muted">No event to show</p>
        ))}
      <VirtualList
        ordered
        name="Timeline"
        items={entries}
        rowHeight={line_height}
        keyOf={(entry) => entry.seq}
        follow={follow}
        shown={at}
        className="max-h-[max(20rem,calc(100dvh-17rem))]"
        row={(entry, i) => (
          <Line
            entry={entry}
            gap_ms={gapBefore(entries, i)}
            chosen={entry.seq === chosen}
            onChoose={onChoose}
          />
        )}
      />
    </div>
  );
}

interface LineProps {
  entry: Entry;
  gap_ms: number | null;
  chosen: boolean;
  onChoose: (seq: number | null) => void;
}

function same(a: LineProps, b: LineProps): boolean {
  return a.entry === b.entry && a.gap_ms === b.gap_ms && a.chosen === b.chosen;
}

/* a run may have ten thousand of them: one is drawn again only when it changes itself */
const Line = memo(function Line({ entry, gap_ms, chosen, onChoose }: LineProps) {
  const inset = entry.group === 'step' || entry.group === 'other' ? 'pl-4 sm:pl-6' : '';
  const strong =
    entry.group === 'run' || entry.group === 'approval' ? 'font-semibold' : 'font-medium';
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={() => onChoose(chosen ? null : entry.seq)}
      className={`
        flex h-full w-full items-center gap-3 border-b border-line px-4 text-left -outline-offset-2
        ${chosen ? 'bg-accent-soft' : 'hover:bg-hover'}
      `}
    >
      <time
        dateTime={entry.at}
        title={exactTime(entry.at)}
        className="w-22 shrink-0 font-mono text-xs text-faint tabular-nums"
      >
        {clockTime(entry.at)}
      </time>
      <span className={`flex min-w-0 flex-1 items-center gap-2.5 ${inset}`}>
        <Dot tone={entry.tone} />
        <span className="min-w-0 flex-1 truncate">
          <span className={`${strong} ${entry.tone === 'bad' ? 'text-bad' : ''}`}>
            {entry.title}
          </span>
          {entry.detail && <span className="ml-2 text-muted">{entry.detail}</span>}
        </span>
      </span>
      <span className="hidden shrink-0 text-xs text-faint tabular-nums sm:block">
        {gap_ms !== null && gap_ms >= 10 ? `+${duration(gap_ms)}` : ''}
      </span>
    </button>
  );
}, same);
