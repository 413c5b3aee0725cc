/** An answer of a model as it comes. */
export interface Answer {
  /** Names the call. */
  call: number;
  nodeId: string;
  /** Where in the run the node is: other than its id inside of loops and branches. */
  path: string;
  text: string;
  /** Bytes of it so far, as the server counts them. */
  to: number;
  ended: boolean;
}

interface Piece {
  call: number;
  node_id: string;
  path: string;
  from: number;
  to: number;
  delta: string;
  ended: boolean;
}

const answers_max = 4;

function readPiece(data: string): Piece | null {
  try {
    const p = JSON.parse(data) as Partial<Piece> | null;
    return typeof p?.call === 'number' && typeof p.delta === 'string' ? (p as Piece) : null;
  } catch {
    return null;
  }
}

/**
 * Folds the next piece of an answer into those that are shown, the newest last.  A piece that
 * does not go on where the text ends begins it anew: pieces between them were not sent.
 */
export function foldAnswer(known: readonly Answer[], data: string): readonly Answer[] {
  const p = readPiece(data);
  if (!p) return known;
  const before = known.find((a) => a.call === p.call);
  const goesOn = before !== undefined && before.to === p.from;
  const start = goesOn ? before.text : p.from > 0 ? '… ' : '';
  const next: Answer = {
    call: p.call,
    nodeId: p.node_id,
    path: p.path,
    text: start + p.delta,
    to: p.to,
    ended: p.ended,
  };
  if (before) return known.map((a) => (a === before ? next : a));
  return [...known, next].slice(-answers_max);
}
