import { json } from '@codemirror/lang-json';
import { MergeView } from '@codemirror/merge';
import { EditorState, type EditorStateConfig } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { look } from './look';

export interface SideBySideProps {
  /** A text and what it is called, for those who cannot see on which side it is. */
  before: { name: string; text: string };
  after: { name: string; text: string };
  /** Also what is the same in both. */
  whole?: boolean;
  className?: string;
}

/** Two JSON texts beside each other; what is the same in both is folded away. */
export function SideBySide(props: SideBySideProps) {
  const { before, after, whole = false, className = 'h-96' } = props;
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    /* only there styles are made by constructed style sheets, which the policy allows */
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const view = new MergeView({
      a: side(before),
      b: side(after),
      root,
      parent: root,
      ...(whole ? {} : { collapseUnchanged: { margin: 4, minSize: 6 } }),
      diffConfig: { scanLimit: 2000, timeout: 50 },
    });
    view.dom.style.height = '100%';
    return () => view.destroy();
  }, [before.name, before.text, after.name, after.text, whole]);
  return (
    <div
      ref={host}
      className={`overflow-hidden rounded-lg border border-line bg-sunken ${className}`}
    />
  );
}

function side({ name, text }: { name: string; text: string }): EditorStateConfig {
  return {
    doc: text,
    extensions: [
      look,
      marks,
      json(),
      lineNumbers(),
      EditorView.lineWrapping,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-label': name, tabindex: '0' }),
    ],
  };
}

const wash = (color: string, percent: number) =>
  `color-mix(in srgb, var(--color-${color}) ${percent}%, transparent)`;

/* what the library has is made for a page that is either light or dark */
const marks = EditorView.theme({
  '&.cm-merge-a .cm-changedLine': { backgroundColor: 'var(--color-bad-soft)' },
  '&.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--color-ok-soft)' },
  '&.cm-merge-a .cm-changedText': { background: wash('bad', 25) },
  '&.cm-merge-b .cm-changedText': { background: wash('ok', 25) },
  '&.cm-merge-a .cm-changedLineGutter': { background: 'var(--color-bad)' },
  '&.cm-merge-b .cm-changedLineGutter': { background: 'var(--color-ok)' },
  '.cm-collapsedLines': {
    background: 'var(--color-calm-soft)',
    color: 'var(--color-muted)',
    fontFamily: 'var(--font-sans)',
  },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"…"' },
});
