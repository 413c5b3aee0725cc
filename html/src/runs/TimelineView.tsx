import { memo, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { clockTime, count, duration, exactTime } from '../shared/format';
import { Dot } from '../shared/ui/Badge';
import { TextInput } from '../shared/ui/Field';
import { Button, IconButton } from '../shared/ui/Button';
import { JsonView } from '../shared/ui/JsonView';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts } from '../shared/ui/Page';
import { Segments } from '../shared/ui/Segments';
import { filterEntries, gapBefore, viewNames, views, type Entry, type View } from './logic';
import type { LiveTimeline } from './useTimeline';

const viewOptions = views.map((value) => ({ value, name: viewNames[value] }));

/** Lines at a time: of a long run the newest, which is what one came to see. */
const lines_drawn = 400;

/** The events of a run as they happen, and the payload of the one that is chosen. */
export function TimelineView({ live }: { live: LiveTimeline }) {
  const [view, setView] = useState<View>('all');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<number | null>(null);
  const { entries } = live.line;
  const sought = useDeferredValue(text);
  const shown = useMemo(() => filterEntries(entries, view, sought), [entries, view, sought]);
  const entry = chosen === null ? undefined : entries.find((e) => e.seq === chosen);

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segments name="Which events" options={viewOptions} value={view} onChange={setView} />
        <TextInput
          type="search"
          aria-label="Search events"
          placeholder="Search events"
          value={text}
          onChange={(e) => setText(e.target.value)}
          className="min-w-0 max-w-72 flex-1 basis-40"
        />
        <LiveState live={live} />
      </div>
      {live.state === 'failed' && live.problem && (
        <ErrorNote
          title="The timeline cannot be followed"
          error={new Error(live.problem.sentence)}
        />
      )}
      <div className={`grid items-start gap-4 ${entry ? 'lg:grid-cols-[1fr_24rem]' : ''}`}>
        <Lines
          entries={shown}
          chosen={chosen}
          onChoose={setChosen}
          waiting={live.state === 'connecting'}
        />
        {entry && <Inspector entry={entry} onClose={() => setChosen(null)} />}
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
}

function Lines({ entries, chosen, onChoose, waiting }: LinesProps) {
  const end = useRef<HTMLDivElement>(null);
  const atEnd = useRef(false);

  const [drawn, setDrawn] = useState(lines_drawn);
  const hidden = Math.max(0, entries.length - drawn);

  /* whoever stands at the end of the page stays there while lines are added */
  useEffect(() => {
    const box = end.current;
    if (!box) return;
    const watch = new IntersectionObserver(([seen]) => {
      atEnd.current = seen?.isIntersecting === true && window.scrollY > 0;
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (atEnd.current) end.current?.scrollIntoView({ block: 'nearest' });
  }, [entries.length]);

  return (
    <div className="card min-w-0 overflow-hidden">
      {entries.length === 0 &&
        (waiting ? (
          <Loading name="Waiting for events" />
        ) : (
          <p className="px-4 py-8 text-center text-muted">No event to show</p>
        ))}
      {hidden > 0 && (
        <div className="flex items-center gap-3 border-b border-line px-4 py-2 text-muted">
          <span className="flex-1">{count(hidden, 'earlier event')}</span>
          <Button size="small" onClick={() => setDrawn(drawn + lines_drawn)}>
            Show more
          </Button>
        </div>
      )}
      <ol aria-label="Timeline">
        {entries.slice(hidden).map((entry, i) => (
          <Line
            key={entry.seq}
            entry={entry}
            gap_ms={gapBefore(entries, hidden + i)}
            chosen={entry.seq === chosen}
            onChoose={onChoose}
          />
        ))}
      </ol>
      <div ref={end} className="h-px" />
    </div>
  );
}

/* a run may have ten thousand of them: one is drawn again only when it changes itself */
const Line = memo(function Line({
  entry,
  gap_ms,
  chosen,
  onChoose,
}: {
  entry: Entry;
  gap_ms: number | null;
  chosen: boolean;
  onChoose: (seq: number | null) => void;
}) {
  const inset = entry.group === 'step' || entry.group === 'other' ? 'pl-4 sm:pl-6' : '';
  const strong =
    entry.group === 'run' || entry.group === 'approval' ? 'font-semibold' : 'font-medium';
  return (
    <li className="lazy-row border-b border-line last:border-0">
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onChoose(chosen ? null : entry.seq)}
        className={`
          flex w-full items-baseline gap-3 px-4 py-2 text-left -outline-offset-2
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
        <span className={`flex min-w-0 flex-1 items-baseline gap-2.5 ${inset}`}>
          <span className="flex h-2.5 items-center">
            <Dot tone={entry.tone} />
          </span>
          <span className="min-w-0 flex-1">
            <span className={`${strong} break-words ${entry.tone === 'bad' ? 'text-bad' : ''}`}>
              {entry.title}
            </span>
            {entry.detail && (
              <span className="line-clamp-2 sm:ml-2 break-words text-muted sm:inline">
                {entry.detail}
              </span>
            )}
          </span>
        </span>
        <span className="hidden shrink-0 text-xs text-faint tabular-nums sm:block">
          {gap_ms !== null && gap_ms >= 10 ? `+${duration(gap_ms)}` : ''}
        </span>
      </button>
    </li>
  );
});

function Inspector({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const e = entry.event;
  return (
    <aside
      aria-label="Event"
      className="card overflow-hidden max-lg:order-first lg:sticky lg:top-4"
    >
      <header className="flex items-center gap-2 border-b border-line py-1 pr-1 pl-4">
        <h2 className="min-w-0 flex-1 font-semibold break-words">{e.event_type}</h2>
        <IconButton icon="close" name="Close the event" onClick={onClose} />
      </header>
      <Facts
        facts={[
          ['Number', e.seq],
          ['Time', exactTime(e.created_at)],
          ['Node', e.node_id],
          ['Step', e.step_id],
          ['Attempt', e.attempt],
        ]}
      />
      <div className="px-3 pb-3">
        <JsonView value={e.payload} name="the payload" />
      </div>
    </aside>
  );
}
