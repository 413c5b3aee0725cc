import { useQuery } from '@tanstack/react-query';
import { Command, defaultFilter } from 'cmdk';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useSettled } from '../shared/hooks';
import { http } from '../shared/http';
import { keys } from '../shared/query';
import { nameOfRun, type Procedure, type Run } from '../shared/types';
import { Icon, type IconName } from '../shared/ui/Icon';
import { Key } from '../shared/ui/Button';
import { pageOf } from '../shared/ui/TextLink';
import { navigation } from './navigation';

export interface Entry {
  id: string;
  name: string;
  hint: string;
  icon: IconName;
  run: () => void;
}

interface PaletteDialogProps {
  /** What the shell can do. */
  actions: Entry[];
  onClose: () => void;
}

/** One field for everything: pages, procedures, runs, actions. */
export function PaletteDialog({ actions, onClose }: PaletteDialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const found = useFound(text.trim());
  const pages = usePages();

  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    dialog?.querySelector('input')?.focus();
    return () => dialog?.close();
  }, []);

  const take = (entry: Entry) => {
    onClose();
    entry.run();
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
      <Command
        loop
        label="Search"
        vimBindings={false}
        filter={rank}
        className="flex max-h-[70dvh] flex-col"
      >
        <div className="flex items-center gap-3 border-b border-line px-4">
          <Icon name="search" className="size-5 text-faint" />
          <Command.Input
            value={text}
            onValueChange={setText}
            placeholder="Page, procedure, run id or action"
            className="min-h-13 w-full bg-transparent text-base outline-none"
          />
        </div>
        <Command.List label="Results" className="overflow-y-auto p-2">
          <Command.Empty className="px-4 py-6 text-center text-muted">
            {found.busy ? 'Searching' : 'Nothing found'}
          </Command.Empty>
          <Group name="Pages" entries={pages} onTake={take} keyed />
          <Group name="Actions" entries={actions} onTake={take} />
          <Group name="Procedures" entries={found.procedures} onTake={take} />
          <Group name="Runs" entries={found.runs} onTake={take} />
        </Command.List>
      </Command>
    </dialog>
  );
}

interface GroupProps {
  name: string;
  entries: Entry[];
  onTake: (entry: Entry) => void;
  /** The hint is a key. */
  keyed?: boolean;
}

/** What the server has found is not sifted again: it looks into more than is shown here. */
const found = /^(procedure|run) /;

function rank(value: string, text: string, names?: string[]): number {
  return found.test(value) ? 0.5 : defaultFilter(value, text, names);
}

function Group({ name, entries, onTake, keyed = false }: GroupProps) {
  if (entries.length === 0) return null;
  return (
    <Command.Group heading={name} className="palette-group">
      {entries.map((entry) => (
        <Command.Item
          key={entry.id}
          value={entry.id}
          keywords={[name]}
          onSelect={() => onTake(entry)}
          className="
            flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2
            data-[selected=true]:bg-accent-soft
          "
        >
          <Icon name={entry.icon} className="size-4.5 text-muted" />
          <span className="min-w-0 flex-1 truncate">{entry.name}</span>
          {keyed ? (
            <Key>{entry.hint}</Key>
          ) : (
            <span className="max-w-48 truncate text-muted">{entry.hint}</span>
          )}
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function usePages(): Entry[] {
  const [, go] = useLocation();
  return navigation.map((n) => ({
    id: `${n.name} page`,
    name: n.name,
    hint: `g ${n.key}`,
    icon: n.icon,
    run: () => go(n.href),
  }));
}

interface Found {
  procedures: Entry[];
  runs: Entry[];
  busy: boolean;
}

function useFound(text: string): Found {
  const [, go] = useLocation();
  const sought = useSettled(text, 150);
  const enabled = sought.length > 1;
  const procedures = useQuery({
    queryKey: [...keys.procedures, 'palette', sought],
    queryFn: () =>
      http.get<Procedure[]>('/procedures', {
        query: { search: sought, latest_only: true, limit: 8 },
      }),
    enabled,
    placeholderData: (before) => before,
  });
  const runs = useQuery({
    queryKey: [...keys.runs, 'palette', sought],
    queryFn: () => http.get<Run[]>('/runs', { query: { q: sought, limit: 6 } }),
    enabled,
    placeholderData: (before) => before,
  });
  if (!enabled) return { procedures: [], runs: [], busy: text.length > 1 };
  return {
    procedures: (procedures.data ?? []).flatMap((p): Entry[] => [
      {
        id: `procedure ${p.procedure_id}`,
        name: p.name,
        hint: p.procedure_id,
        icon: 'procedures',
        run: () => go(pageOf('procedures', p.procedure_id)),
      },
      {
        id: `procedure start ${p.procedure_id}`,
        name: `Start a run of ${p.name}`,
        hint: p.procedure_id,
        icon: 'play',
        run: () => go(pageOf('procedures', p.procedure_id, { do: 'start' })),
      },
    ]),
    runs: (runs.data ?? []).map((r) => ({
      id: `run ${r.run_id}`,
      name: `${nameOfRun(r)} · ${r.status}`,
      hint: r.run_id,
      icon: 'runs',
      run: () => go(pageOf('runs', r.run_id)),
    })),
    busy: procedures.isFetching || runs.isFetching || sought !== text,
  };
}
