import { create } from 'zustand';
import type { JsonObject } from '../shared/types';
import type { Tried } from './api';

/** The workbench: the document with its past, what is chosen in it, what was copied from it. */
export interface Bench {
  doc: JsonObject;
  past: readonly JsonObject[];
  /** What was undone, the next first. */
  future: readonly JsonObject[];
  /** Changes with the same tag are one: somebody types in one field. */
  tag: string;
  chosen: readonly string[];
  copied: Record<string, JsonObject>;
  /** The way that a dry run took, until something is changed. */
  tried: Tried | null;

  load: (doc: JsonObject) => void;
  change: (doc: JsonObject, tag?: string) => void;
  undo: () => void;
  redo: () => void;
  choose: (ids: readonly string[]) => void;
  copy: (nodes: Record<string, JsonObject>) => void;
  show: (tried: Tried | null) => void;
}

const steps_kept = 200;

const blank = {
  past: [],
  future: [],
  tag: '',
  chosen: [],
  tried: null,
} satisfies Partial<Bench>;

export const useBench = create<Bench>()((set) => ({
  ...blank,
  doc: {},
  copied: {},

  /* what was copied stays: it may come from another procedure */
  load: (doc) => set({ ...blank, doc }),
  change: (doc, tag = '') =>
    set((b) => {
      if (doc === b.doc) return b;
      const past = tag !== '' && tag === b.tag ? b.past : [...b.past, b.doc].slice(-steps_kept);
      return { doc, past, future: [], tag, tried: null };
    }),
  undo: () =>
    set((b) => {
      const doc = b.past.at(-1);
      if (!doc) return b;
      return { doc, past: b.past.slice(0, -1), future: [b.doc, ...b.future], tag: '', tried: null };
    }),
  redo: () =>
    set((b) => {
      const [doc, ...future] = b.future;
      return doc ? { doc, past: [...b.past, b.doc], future, tag: '', tried: null } : b;
    }),
  choose: (chosen) => set({ chosen }),
  copy: (copied) => set({ copied }),
  show: (tried) => set({ tried }),
}));
