import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { newKey } from './http';

/** The current time, renewed every `every_ms`; for "2 min ago". */
export function useNow(every_ms = 10_000, running = true): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms, running]);
  return now;
}

/** `value`, once it has not changed for `wait_ms`: a search that does not ask at every key. */
export function useSettled<T>(value: T, wait_ms = 200): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait_ms);
    return () => clearTimeout(timer);
  }, [value, wait_ms]);
  return settled;
}

/**
 * How many of `total` things are drawn by now: some at once, then more with each picture of the
 * screen, so that many of them never stop the page.  What was drawn stays drawn.
 */
export function useGrowing(total: number, step = 50): number {
  const [drawn, setDrawn] = useState(step);
  const more = drawn < total;
  useEffect(() => {
    if (!more) return;
    let timer: ReturnType<typeof setTimeout>;
    /* behind the picture, so that what was clicked meanwhile comes first */
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setDrawn((n) => n + step));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [more, drawn, step]);
  return Math.min(drawn, total);
}

/** True behind the first picture: what is large does not hold up what is small. */
export function useLater(): boolean {
  return useGrowing(2, 1) === 2;
}

/** The title of the page, in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · LangOrch`;
  }, [title]);
}

/** Does the key belong to the page, or to a field somebody types in? */
export function isTyping(event: KeyboardEvent): boolean {
  /* the target of what happens within an editor's shadow is only its host */
  const at = event.composedPath()[0] ?? event.target;
  if (!(at instanceof HTMLElement)) return false;
  return at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
}

/** Single-key shortcuts of a page.  Silent in fields, in dialogs, and with a modifier. */
export function useKeys(bindings: Record<string, () => void>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      const act = bindings[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}

/** A part of the page's state that its address keeps; the default is not written there. */
export function useQueryState(name: string, otherwise = ''): [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const set = (value: string) =>
    setSearch(
      (now) => {
        if (value === otherwise) now.delete(name);
        else now.set(name, value);
        return now;
      },
      { replace: true },
    );
  return [search.get(name) ?? otherwise, set];
}

/**
 * What is open on a page.  An address may ask for it by a name (`?do=new`), as those of the palette
 * do; what is closed is gone from there, too.
 */
export function useOpen<T>(byName: Record<string, T>): [T | null, (open: T | null) => void] {
  const [asked, setAsked] = useQueryState('do');
  const [open, setOpen] = useState<T | null>(null);
  const set = (next: T | null) => {
    setOpen(next);
    if (asked !== '') setAsked('');
  };
  return [open ?? byName[asked] ?? null, set];
}

/**
 * A text that is sought once it is written, kept in the address: what is sought, the text as it
 * stands in its field, and how it is written. An address that says something else is followed.
 */
export function useSearchText(name: string): [string, string, (text: string) => void] {
  const [kept, keep] = useQueryState(name);
  const [text, setText] = useState(kept);
  const settled = useSettled(text.trim());
  useEffect(() => {
    if (settled !== kept) keep(settled);
    /* what was written goes into the address, not what was there before */
  }, [settled]);
  useEffect(() => {
    if (settled !== kept) setText(kept);
    /* somebody went to another address of the same page */
  }, [kept]);
  return [kept, text, setText];
}

/** Is the page looked at?  Streams of pages that are not would use up the browser's connections. */
export function useVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState !== 'hidden');
  useEffect(() => {
    const onChange = () => setVisible(document.visibilityState !== 'hidden');
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, []);
  return visible;
}

/**
 * An idempotency key for what is sent: the same one as long as that is the same, so that pressing
 * again after a lost answer does nothing twice.
 */
export function useBodyKey(): (body: unknown) => string {
  const last = useRef({ body: '', key: '' });
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== last.current.body) last.current = { body: text, key: newKey() };
    return last.current.key;
  };
}
