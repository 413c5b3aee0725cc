import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Echo } from './echo';
import { look } from './look';

const outside = Annotation.define<boolean>();
const syntax = jsonParseLinter();

/** Something to say about a part of the text. */
export interface Remark {
  from: number;
  to: number;
  severity: 'error' | 'warning' | 'info';
  message: string;
}

export interface CodeEditorProps {
  value: string;
  /** Without it the text is only read. */
  onChange?: (value: string) => void;
  /** Where the writer is, in characters from the start. */
  onCursor?: (offset: number) => void;
  remarks?: readonly Remark[];
  /** Brings this part into sight when it changes. */
  shown?: { from: number; to: number } | null;
  name: string;
  className?: string;
}

/**
 * A text editor for JSON.  It lives in a shadow root: only there the editor makes its styles by
 * constructed style sheets, which the content security policy allows, and not by <style>.
 */
export function CodeEditor(props: CodeEditorProps) {
  const { value, remarks, shown, name, className = 'h-96' } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const calls = useRef(props);
  useLayoutEffect(() => {
    calls.current = props;
  });
  const [echo] = useState(() => new Echo<string>());
  const reading = props.onChange === undefined;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: calls.current.value,
        extensions: [
          ...basics,
          EditorState.readOnly.of(reading),
          EditorView.contentAttributes.of({ 'aria-label': name, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            /* what was put in from outside is known there */
            if (update.docChanged && !update.transactions.some((t) => t.annotation(outside))) {
              const text = update.state.doc.toString();
              echo.tell(text);
              calls.current.onChange?.(text);
            }
            if (update.selectionSet) calls.current.onCursor?.(update.state.selection.main.head);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [name, reading]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || echo.isOwn(value) || editor.state.doc.toString() === value) return;
    const { head } = editor.state.selection.main;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: value },
      selection: { anchor: Math.min(head, value.length) },
      annotations: outside.of(true),
    });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !remarks) return;
    const end = editor.state.doc.length;
    const list = remarks.map((r): Diagnostic => {
      const from = Math.min(r.from, end);
      return { ...r, from, to: Math.max(from, Math.min(r.to, end)) };
    });
    /* what is no JSON cannot have been compiled: the remarks are of the text before */
    const broken = value.trim() === '' ? [] : syntax(editor);
    editor.dispatch(setDiagnostics(editor.state, broken.length > 0 ? broken : list));
  }, [remarks, value]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !shown || shown.from > editor.state.doc.length) return;
    editor.dispatch({
      selection: { anchor: shown.from },
      effects: EditorView.scrollIntoView(shown.from, { y: 'start', yMargin: 24 }),
    });
  }, [shown]);

  return (
    <div
      ref={host}
      className={`
        overflow-hidden rounded-lg border border-line bg-sunken focus-within:border-accent
        focus-within:ring-1 focus-within:ring-accent ${className}
      `}
    />
  );
}

/* Tab stays with the page: whoever has no mouse must get out again */
const basics: Extension[] = [
  look,
  lineNumbers(),
  lintGutter(),
  foldGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  json(),
  EditorState.tabSize.of(2),
  EditorView.lineWrapping,
  keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
];
