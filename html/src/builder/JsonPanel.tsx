import { useEffect, useMemo, useRef, useState } from 'react';
import { Echo } from '../shared/editor/echo';
import { Editor } from '../shared/editor/Editor';
import { escapePointer, locate, placesOf, pointerAt } from '../shared/editor/pointer';
import { remarksOf } from '../shared/editor/remarks';
import { isRecord } from '../shared/problem';
import type { Diagnostic, JsonObject } from '../shared/types';

interface JsonPanelProps {
  doc: JsonObject;
  found: readonly Diagnostic[];
  /** The node that was chosen elsewhere: it is brought into sight. */
  node: string | null;
  onNode: (id: string) => void;
  onChange: (doc: JsonObject) => void;
}

/** The document as text beside the graph; each follows the other. */
export function JsonPanel({ doc, found, node, onNode, onChange }: JsonPanelProps) {
  const [text, setText] = useState(() => pretty(doc));
  const [wrong, setWrong] = useState(false);
  /* what came from here is not written back: the writer's own spacing stays */
  const [mine] = useState(() => new Echo<JsonObject>());
  const named = useRef<string | null>(node);

  useEffect(() => {
    if (mine.isOwn(doc)) return;
    setText(pretty(doc));
    setWrong(false);
  }, [doc]);

  const write = (next: string) => {
    setText(next);
    try {
      const value: unknown = JSON.parse(next);
      if (!isRecord(value)) throw new Error('no object');
      mine.tell(value as JsonObject);
      setWrong(false);
      onChange(value as JsonObject);
    } catch {
      setWrong(true);
    }
  };
  const remarks = useMemo(() => remarksOf(text, found), [text, found]);
  const shown = useMemo(() => {
    if (node === null || node === named.current) return null;
    named.current = node;
    return locate(placesOf(text), `/workflow_graph/nodes/${escapePointer(node)}`);
    /* where it is brought does not change while one writes */
  }, [node]);

  return (
    <div className="flex h-full flex-col">
      {wrong && (
        <p role="status" className="bg-wait-soft px-4 py-1.5 text-wait">
          This is not JSON yet; the graph shows what it was before.
        </p>
      )}
      <Editor
        name="Document"
        value={text}
        onChange={write}
        onCursor={(offset) => {
          const parts = pointerAt(placesOf(text), offset).split('/');
          const id = parts[1] === 'workflow_graph' && parts[2] === 'nodes' ? parts[3] : undefined;
          if (id === undefined) return;
          const plain = id.replaceAll('~1', '/').replaceAll('~0', '~');
          named.current = plain;
          onNode(plain);
        }}
        remarks={remarks}
        shown={shown}
        className="min-h-0 flex-1 rounded-none border-0"
      />
    </div>
  );
}

function pretty(doc: JsonObject): string {
  return `${JSON.stringify(doc, null, 2)}\n`;
}
