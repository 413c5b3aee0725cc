import { useMemo } from 'react';
import { words } from '../shared/format';
import type { NodeType } from './types';

/** Every type of node: pressed, it is added; dragged, it is put where one lets go. */
export function Palette({
  types,
  onAdd,
}: {
  types: readonly NodeType[];
  onAdd: (type: NodeType) => void;
}) {
  const groups = useMemo(() => {
    const by = new Map<string, NodeType[]>();
    for (const type of types) by.set(type.category, [...(by.get(type.category) ?? []), type]);
    return [...by];
  }, [types]);
  return (
    <nav aria-label="Node types" className="flex flex-col gap-3 overflow-y-auto p-3">
      {groups.map(([category, list]) => (
        <section key={category} aria-label={nameOf(category)}>
          <h2 className="mb-1 px-1 text-xs font-medium text-muted">{nameOf(category)}</h2>
          <ul className="flex flex-col gap-1">
            {list.map((type) => (
              <li key={type.type}>
                <button
                  type="button"
                  draggable
                  title={type.description}
                  onClick={() => onAdd(type)}
                  onDragStart={(event) =>
                    event.dataTransfer.setData('text/langorch-node', type.type)
                  }
                  className="
                    flex w-full cursor-grab items-center gap-2.5 rounded-lg border border-line
                    bg-surface px-2.5 py-1.5 text-left text-[0.8125rem] hover:border-edge
                    hover:bg-hover
                  "
                >
                  <span
                    aria-hidden="true"
                    className="h-4 w-1 rounded-full"
                    style={{ backgroundColor: type.color }}
                  />
                  {type.title}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function nameOf(category: string): string {
  return category === 'ai' ? 'AI' : words(category);
}
