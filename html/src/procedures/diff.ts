import type { DiffLine } from './types';

export interface Pair {
  key: string;
  same: boolean;
  a: { n: number; text: string } | null;
  b: { n: number; text: string } | null;
  /** So many equal lines stand for this one. */
  hidden: number;
}

/** Lines of a difference as rows of two columns: what went beside what came. */
export function sideBySide(lines: readonly DiffLine[]): Pair[] {
  const pairs: Pair[] = [];
  let gone: DiffLine[] = [];
  let come: DiffLine[] = [];
  const flush = () => {
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      pairs.push(pair(false, gone[i], come[i]));
    }
    gone = [];
    come = [];
  };
  for (const line of lines) {
    if (line.kind === 'del') gone.push(line);
    else if (line.kind === 'add') come.push(line);
    else {
      flush();
      pairs.push(pair(true, line, line));
    }
  }
  flush();
  return pairs;
}

function pair(same: boolean, a: DiffLine | undefined, b: DiffLine | undefined): Pair {
  return {
    key: `${a?.a ?? ''}:${b?.b ?? ''}`,
    same,
    a: a ? { n: a.a ?? 0, text: a.text } : null,
    b: b ? { n: b.b ?? 0, text: b.text } : null,
    hidden: 0,
  };
}

/** Long stretches that are the same become one row; `around` lines stay beside a change. */
export function foldSame(pairs: readonly Pair[], around = 4): Pair[] {
  const near = new Set<number>();
  pairs.forEach((p, i) => {
    if (!p.same) for (let n = i - around; n <= i + around; n++) near.add(n);
  });
  const out: Pair[] = [];
  for (let i = 0; i < pairs.length; i++) {
    const p = pairs[i];
    if (!p) continue;
    if (near.has(i)) {
      out.push(p);
      continue;
    }
    let end = i;
    while (end < pairs.length && !near.has(end)) end++;
    out.push({ ...p, key: `fold ${p.key}`, hidden: end - i });
    i = end - 1;
  }
  return out;
}
