import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

interface VirtualListProps<T> {
  items: readonly T[];
  /** Every row has this height, in pixels: it is what makes ten thousand of them cheap. */
  rowHeight: number;
  name: string;
  keyOf: (item: T) => string | number;
  row: (item: T, index: number) => ReactNode;
  /** Stay at the end while rows are added, as long as the reader stands there. */
  follow?: boolean;
  /** Bring this row into view when it changes. */
  shown?: number;
  ordered?: boolean;
  className?: string;
  /** Called when the end comes into sight. */
  onEnd?: () => void;
}

/** A list of which only the rows in sight are drawn.  Arrow keys move between the rows. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, name, keyOf, row, follow = false, shown, onEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const { length } = items;
  const rows = useVirtualizer({
    count: length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (i) => {
      const item = items[i];
      return item === undefined ? i : keyOf(item);
    },
    overscan: 12,
    initialRect: { width: 0, height: 600 },
    anchorTo: follow ? 'end' : 'start',
    followOnAppend: follow,
    scrollEndThreshold: rowHeight,
  });

  const begun = useRef(false);
  useLayoutEffect(() => {
    /* once; afterwards it is the reader who says where to stand */
    if (!follow || length === 0 || begun.current) return;
    begun.current = true;
    rows.scrollToEnd();
  }, [follow, length]);
  useLayoutEffect(() => {
    if (shown !== undefined && shown >= 0) rows.scrollToIndex(shown);
  }, [shown]);

  const drawn = rows.getVirtualItems();
  const last = drawn.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && length > 0 && last === length - 1) onEnd();
  }, [onEnd, last, length]);

  const List = props.ordered ? 'ol' : 'ul';
  return (
    <div
      ref={box}
      onKeyDown={(event) => move(event, rows, length)}
      className={`overflow-y-auto ${props.className ?? ''}`}
    >
      <List aria-label={name} className="relative" style={{ height: rows.getTotalSize() }}>
        {drawn.map(({ index, key, start }) => {
          const item = items[index];
          return (
            item !== undefined && (
              <li
                key={key}
                data-index={index}
                aria-setsize={length}
                aria-posinset={index + 1}
                className="absolute inset-x-0 overflow-hidden"
                style={{ top: start, height: rowHeight }}
              >
                {row(item, index)}
              </li>
            )
          );
        })}
      </List>
    </div>
  );
}

function move(
  event: KeyboardEvent<HTMLDivElement>,
  rows: Virtualizer<HTMLDivElement, Element>,
  length: number,
): void {
  const box = event.currentTarget;
  const row = event.target instanceof Element ? event.target.closest('[data-index]') : null;
  if (!row) return;
  const at = Number(row.getAttribute('data-index'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: length - 1 }[event.key];
  if (to === undefined || to < 0 || to >= length) return;
  event.preventDefault();
  rows.scrollToIndex(to);
  focusRow(box, to, 10);
}

/* a row that was out of sight is there after the next picture or two */
function focusRow(box: HTMLDivElement, index: number, pictures: number): void {
  const control = box.querySelector<HTMLElement>(`[data-index="${index}"] :is(a, button)`);
  if (control) control.focus({ preventScroll: true });
  else if (pictures > 0) requestAnimationFrame(() => focusRow(box, index, pictures - 1));
}
