/** Where a value stands in a text. */
export interface Place {
  from: number;
  to: number;
}

interface Scan {
  text: string;
  at: number;
  places: Map<string, Place>;
  keys: Map<string, Place>;
}

/**
 * The place of every value of a JSON text by its JSON pointer, as far as the text can be read:
 * somebody is writing it.  Members whose value is not there yet have the place of their name.
 */
export function placesOf(text: string): Map<string, Place> {
  const s: Scan = { text, at: 0, places: new Map(), keys: new Map() };
  try {
    value(s, '');
  } catch {
    /* what was found up to here is known */
  }
  for (const [pointer, place] of s.keys) {
    if (!s.places.has(pointer)) s.places.set(pointer, place);
  }
  return s.places;
}

/** The place of a pointer, or of the nearest thing around it that is there. */
export function locate(places: ReadonlyMap<string, Place>, pointer: string): Place {
  for (let p = pointer; p !== ''; p = p.slice(0, p.lastIndexOf('/'))) {
    const found = places.get(p);
    if (found) return found;
  }
  return { from: 0, to: Math.min(1, places.get('')?.to ?? 0) };
}

/** The pointer of the innermost value around an offset. */
export function pointerAt(places: ReadonlyMap<string, Place>, offset: number): string {
  let best = '';
  let size = Infinity;
  for (const [pointer, { from, to }] of places) {
    if (from <= offset && offset <= to && to - from < size) {
      best = pointer;
      size = to - from;
    }
  }
  return best;
}

export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function skip(s: Scan): void {
  while (s.at < s.text.length && /\s/.test(s.text.charAt(s.at))) s.at++;
}

function value(s: Scan, pointer: string): void {
  skip(s);
  const from = s.at;
  const c = s.text.charAt(from);
  try {
    if (c === '{') object(s, pointer);
    else if (c === '[') array(s, pointer);
    else if (c === '"') string(s);
    else word(s);
  } finally {
    if (s.at > from) s.places.set(pointer, { from, to: s.at });
  }
}

function object(s: Scan, pointer: string): void {
  s.at++;
  for (;;) {
    skip(s);
    if (s.text.charAt(s.at) === '}') break;
    const from = s.at;
    const name = string(s);
    const inner = `${pointer}/${escapePointer(name)}`;
    s.keys.set(inner, { from, to: s.at });
    expect(s, ':');
    value(s, inner);
    skip(s);
    if (s.text.charAt(s.at) === '}') break;
    expect(s, ',');
  }
  s.at++;
}

function array(s: Scan, pointer: string): void {
  s.at++;
  for (let i = 0; ; i++) {
    skip(s);
    if (s.text.charAt(s.at) === ']') break;
    value(s, `${pointer}/${i}`);
    skip(s);
    if (s.text.charAt(s.at) === ']') break;
    expect(s, ',');
  }
  s.at++;
}

function string(s: Scan): string {
  const from = s.at;
  if (s.text.charAt(from) !== '"') throw new Error('no text');
  for (s.at++; s.at < s.text.length; s.at++) {
    const c = s.text.charAt(s.at);
    if (c === '\\') s.at++;
    else if (c === '"') {
      s.at++;
      return JSON.parse(s.text.slice(from, s.at)) as string;
    }
  }
  throw new Error('the text does not end');
}

function word(s: Scan): void {
  const found = /[-+.\w]+/y;
  found.lastIndex = s.at;
  const match = found.exec(s.text);
  if (!match) throw new Error('no value');
  s.at += match[0].length;
}

function expect(s: Scan, c: string): void {
  skip(s);
  if (s.text.charAt(s.at) !== c) throw new Error(`no ${c}`);
  s.at++;
}
