import type { JsonObject } from '../shared/types';

/** What was, what is, and what was undone. */
export interface History {
  past: readonly JsonObject[];
  doc: JsonObject;
  future: readonly JsonObject[];
  /** Changes with the same tag are one: somebody types in one field. */
  tag: string;
}

export type Step =
  | { do: 'change'; doc: JsonObject; tag?: string }
  | { do: 'undo' }
  | { do: 'redo' }
  | { do: 'load'; doc: JsonObject };

const steps_kept = 200;

export function begin(doc: JsonObject): History {
  return { past: [], doc, future: [], tag: '' };
}

export function step(h: History, s: Step): History {
  switch (s.do) {
    case 'load':
      return begin(s.doc);
    case 'change': {
      if (s.doc === h.doc) return h;
      const tag = s.tag ?? '';
      const past = tag !== '' && tag === h.tag ? h.past : [...h.past, h.doc].slice(-steps_kept);
      return { past, doc: s.doc, future: [], tag };
    }
    case 'undo': {
      const doc = h.past.at(-1);
      if (!doc) return h;
      return { past: h.past.slice(0, -1), doc, future: [h.doc, ...h.future], tag: '' };
    }
    case 'redo': {
      const [doc, ...future] = h.future;
      if (!doc) return h;
      return { past: [...h.past, h.doc], doc, future, tag: '' };
    }
  }
}
