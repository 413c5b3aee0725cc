import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { isTyping } from '../shared/hooks';
import { Dialog } from '../shared/ui/Dialog';
import { navigation } from './navigation';

/** How long `g` waits for the second key. */
const chord_ms = 1200;

/** `g` and then a letter goes to a page, `/` to the search, `?` shows all of it. */
export function useGoKeys(onHelp: () => void, onPalette: () => void): void {
  const [, go] = useLocation();
  const pressed = useRef(0);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (!document.querySelector('dialog[open]')) onPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (document.querySelector('dialog[open]')) return;

      if (event.key === 'g') {
        pressed.current = event.timeStamp;
        return;
      }
      const chord = pressed.current > 0 && event.timeStamp - pressed.current < chord_ms;
      pressed.current = 0;
      const item = chord ? navigation.find((n) => n.key === event.key) : undefined;
      if (item) {
        event.preventDefault();
        go(item.href);
      } else if (event.key === '?') {
        onHelp();
      } else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('input[type="search"]');
        if (search) event.preventDefault();
        search?.focus();
      }
    };
    /* before the keys of a page, so that "g a" is not also its "a" */
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, [go, onHelp, onPalette]);
}

const more: [string, string][] = [
  ['Ctrl  K', 'Go anywhere, do anything (⌘ K)'],
  ['/', 'Search'],
  ['j  k', 'Next and previous in the approvals'],
  ['a', 'Approve what is shown'],
  ['x', 'Reject what is shown'],
  ['↑  ↓', 'Next and previous line of a list'],
  ['Ctrl  Z', 'Undo in the builder; with Shift again'],
  ['?', 'This list'],
  ['F8', 'Go to the notices'],
  ['Esc', 'Close a dialog'],
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const pages = navigation.map((n): [string, string] => [`g  ${n.key}`, n.name]);
  return (
    <Dialog wide title="Keyboard shortcuts" onClose={onClose}>
      <dl
        className="
        grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2
        sm:grid-cols-[auto_1fr_auto_1fr]
      "
      >
        {[...pages, ...more].map(([combo, what]) => (
          <div key={combo} className="contents">
            <dt className="flex gap-1">
              {combo.split('  ').map((key) => (
                <kbd
                  key={key}
                  className="
                    min-w-6 rounded-md border border-edge bg-ground px-1.5 py-0.5 text-center
                    text-xs
                  "
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
