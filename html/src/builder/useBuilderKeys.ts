import { useEffect } from 'react';
import { isTyping } from '../shared/hooks';

interface Acts {
  undo: () => void;
  redo: () => void;
  copy: () => void;
  paste: () => void;
}

/** Ctrl or ⌘ with Z, Shift Z or Y, C and V, where nobody types. */
export function useBuilderKeys(acts: Acts): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping(event)) return;
      if (document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      const selected = (window.getSelection()?.toString() ?? '') !== '';
      const act =
        key === 'z'
          ? event.shiftKey
            ? acts.redo
            : acts.undo
          : { y: acts.redo, c: selected ? undefined : acts.copy, v: acts.paste }[key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}
