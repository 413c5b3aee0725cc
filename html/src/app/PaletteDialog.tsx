import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { useSettled } from '../shared/hooks';
import { http } from '../shared/http';
import { keys } from '../shared/query';
import { nameOfRun, type Procedure, type Run } from '../shared/types';
import { Icon, type IconName } from '../shared/ui/Icon';
import { pageOf } from '../shared/ui/TextLink';
import { matching } from './match';
import { navigation } from './navigation';

export interface Command {
  id: string;
  group: string;
  name: string;
  hint: string;
  icon: IconName;
  run: () => void;
}

interface PaletteDialogProps {
  /** What the shell can do. */
  commands: Command[];
  onClose: () => void;
}

/** One field for everything: pages, procedures, runs, actions. */
export function PaletteDialog({ commands, onClose }: PaletteDialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const found = useFound(text, commands);
  const current = Math.min(at, found.length - 1);

  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const take = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((current + by + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      take(found[current]);
    }
  };

  return (
    <dialog
      ref={box}
      aria-label="Go to or do"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === box.current && onClose()}
      className="
        mt-[12dvh] max-h-[70dvh] w-[calc(100vw-2rem)] max-w-xl overflow-hidden rounded-2xl border
        border-line bg-surface p-0 shadow-float
      "
    >
      <div className="flex max-h-[70dvh] flex-col">
        <label className="flex items-center gap-3 border-b border-line px-4">
          <Icon name="search" className="size-5 text-faint" />
          <input
            autoFocus
            role="combobox"
            aria-label="Search"
            aria-expanded="true"
            aria-controls={id}
            aria-activedescendant={found[current] ? `${id}-${current}` : undefined}
            placeholder="Page, procedure, run id or action"
            value={text}
            onChange={(e) => {
              setText(e.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
            className="min-h-13 w-full bg-transparent text-base outline-none"
          />
        </label>
        <ul id={id} role="listbox" aria-label="Results" className="overflow-y-auto p-2">
          {found.map((command, i) => (
            <li
              key={command.id}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === current}
              onClick={() => take(command)}
              onPointerMove={() => setAt(i)}
              className={`
                flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2
                ${i === current ? 'bg-accent-soft' : ''}
              `}
            >
              <Icon name={command.icon} className="size-4.5 text-muted" />
              <span className="min-w-0 flex-1 truncate">{command.name}</span>
              <span className="max-w-48 truncate text-muted">{command.hint || command.group}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="px-4 pb-6 text-center text-muted">Nothing found</p>}
      </div>
    </dialog>
  );
}

function useFound(text: string, commands: Command[]): Command[] {
  const [, go] = useLocation();
  const sought = useSettled(text.trim(), 150);
  const on = sought.length > 1;
  const procedures = useQuery({
    queryKey: [...keys.procedures, 'palette', sought],
    queryFn: () =>
      http.get<Procedure[]>('/procedures', {
        query: { search: sought, latest_only: true, limit: 8 },
      }),
    enabled: on,
    placeholderData: (before) => before,
  });
  const runs = useQuery({
    queryKey: [...keys.runs, 'palette', sought],
    queryFn: () => http.get<Run[]>('/runs', { query: { q: sought, limit: 6 } }),
    enabled: on,
    placeholderData: (before) => before,
  });

  const pages = navigation.map((n): Command => ({
    id: n.href,
    group: 'Page',
    name: n.name,
    hint: `g ${n.key}`,
    icon: n.icon,
    run: () => go(n.href),
  }));
  const procedureHits = (on ? (procedures.data ?? []) : []).map((p): Command => ({
    id: `p:${p.procedure_id}`,
    group: 'Procedure',
    name: p.name,
    hint: p.procedure_id,
    icon: 'procedures',
    run: () => go(pageOf('procedures', p.procedure_id)),
  }));
  const runHits = (on ? (runs.data ?? []) : []).map((r): Command => ({
    id: `r:${r.run_id}`,
    group: 'Run',
    name: `${nameOfRun(r)} · ${r.status}`,
    hint: r.run_id,
    icon: 'runs',
    run: () => go(pageOf('runs', r.run_id)),
  }));
  return [...matching(text, [...pages, ...commands]), ...procedureHits, ...runHits];
}
