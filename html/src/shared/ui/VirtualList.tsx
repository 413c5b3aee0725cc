import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react';

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
  /** Rows have nothing to press: the list itself takes the focus, to be scrolled. */
  plain?: boolean;
  className?: string;
  /** Called when the end comes into sight. */
  onEnd?: () => void;
}

const overscan = 12;

/** A list of which only the rows in sight are drawn.  Arrow keys move between the rows. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, name, keyOf, row, follow, shown, ordered, className = '' } = props;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(follow ?? false);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const { length } = items;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setHeight(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && follow && atEnd.current) element.scrollTop = length * rowHeight;
  }, [follow, length, rowHeight]);
  useLayoutEffect(() => {
    if (shown !== undefined && shown >= 0) bring(box.current, shown, rowHeight);
  }, [shown, rowHeight]);

  const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
  const last = Math.min(length, Math.ceil((top + height) / rowHeight) + overscan);
  const onEnd = props.onEnd;
  useEffect(() => {
    if (onEnd && length > 0 && last >= length) onEnd();
  }, [onEnd, last, length]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = rowOf(event.target);
    const to = at === null ? null : target(event.key, at, length);
    if (to === null) return;
    event.preventDefault();
    bring(box.current, to, rowHeight);
    setTop(box.current?.scrollTop ?? 0);
    requestAnimationFrame(() => focusRow(box.current, to));
  };

  const List = ordered ? 'ol' : 'ul';
  return (
    <div
      ref={box}
      tabIndex={props.plain ? 0 : undefined}
      role={props.plain ? 'region' : undefined}
      aria-label={props.plain ? name : undefined}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        setTop(scrollTop);
        atEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight;
      }}
      onKeyDown={onKeyDown}
      className={`overflow-y-auto ${className}`}
    >
      <List aria-label={name} className="relative" style={{ height: length * rowHeight }}>
        {items.slice(first, last).map((item, i) => (
          <li
            key={keyOf(item)}
            data-row={first + i}
            aria-setsize={length}
            aria-posinset={first + i + 1}
            className="absolute inset-x-0 overflow-hidden"
            style={{ top: (first + i) * rowHeight, height: rowHeight }}
          >
            {row(item, first + i)}
          </li>
        ))}
      </List>
    </div>
  );
}

function rowOf(target: EventTarget): number | null {
  const row = target instanceof Element ? target.closest('[data-row]') : null;
  return row ? Number(row.getAttribute('data-row')) : null;
}

function target(key: string, at: number, length: number): number | null {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: length - 1 }[key];
  if (to === undefined || to < 0 || to >= length) return null;
  return to;
}

function bring(box: HTMLDivElement | null, index: number, rowHeight: number): void {
  if (!box) return;
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + rowHeight - box.clientHeight;
  }
}

function focusRow(box: HTMLDivElement | null, index: number): void {
  box?.querySelector<HTMLElement>(`[data-row="${index}"] :is(a, button)`)?.focus();
}
