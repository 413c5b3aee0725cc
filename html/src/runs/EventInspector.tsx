import { useEffect } from 'react';
import { exactTime } from '../shared/format';
import { IconButton } from '../shared/ui/Button';
import { JsonView } from '../shared/ui/JsonView';
import { Facts } from '../shared/ui/Page';
import type { Entry } from './logic';

interface InspectorProps {
  entry: Entry;
  entries: readonly Entry[];
  onChoose: (seq: number | null) => void;
}

/** All of one event; the arrows go to its neighbours. */
export function EventInspector({ entry, entries, onChoose }: InspectorProps) {
  const e = entry.event;
  const at = entries.indexOf(entry);
  const [before, after] = [entries[at - 1], entries[at + 1]];
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !document.querySelector('dialog[open]')) onChoose(null);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  return (
    <aside
      aria-label="Event"
      className="card overflow-hidden max-lg:order-first lg:sticky lg:top-4"
    >
      <header className="flex items-center border-b border-line py-1 pr-1 pl-4">
        <h2 className="min-w-0 flex-1 font-semibold break-words">{e.event_type}</h2>
        <IconButton
          icon="back"
          name="The event before"
          disabled={!before}
          onClick={() => before && onChoose(before.seq)}
        />
        <IconButton
          icon="chevron"
          name="The event after"
          disabled={!after}
          onClick={() => after && onChoose(after.seq)}
        />
        <IconButton icon="close" name="Close the event" onClick={() => onChoose(null)} />
      </header>
      {entry.detail && <p className="px-4 pt-3 break-words whitespace-pre-wrap">{entry.detail}</p>}
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
