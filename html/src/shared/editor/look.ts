import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const selection = '.cm-selectionBackground';

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--color-ink)', fontSize: '0.8125rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-gutters': {
    backgroundColor: 'var(--color-sunken)',
    color: 'var(--color-faint)',
    border: 'none',
  },
  '.cm-activeLine': {
    backgroundColor: 'color-mix(in srgb, var(--color-accent-soft) 45%, transparent)',
  },
  '.cm-content': { caretColor: 'var(--color-accent)' },
  '.cm-cursor': { borderLeftColor: 'var(--color-accent)' },
  [`.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer ${selection}`]: {
    backgroundColor: 'var(--color-accent-soft)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--color-calm-soft)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--color-calm-soft)',
    border: 'none',
    color: 'var(--color-muted)',
  },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--color-surface)',
    color: 'var(--color-ink)',
    border: '1px solid var(--color-line)',
  },
  '.cm-diagnostic': { fontFamily: 'var(--font-sans)' },
  '.cm-button, .cm-textfield': {
    backgroundImage: 'none',
    backgroundColor: 'var(--color-ground)',
    color: 'inherit',
    border: '1px solid var(--color-edge)',
    borderRadius: '0.375rem',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--color-accent)' },
  { tag: tags.string, color: 'var(--color-ink)' },
  { tag: tags.number, color: 'var(--color-busy)' },
  { tag: [tags.bool, tags.null], color: 'var(--color-wait)' },
  { tag: tags.separator, color: 'var(--color-muted)' },
]);

/** How JSON looks wherever it is edited or compared. */
export const look: Extension = [theme, syntaxHighlighting(colours)];
