import type { Diagnostic } from '../types';
import type { Remark } from './CodeEditor';
import { locate, placesOf } from './pointer';

/** What the compiler said, at its places in the text. */
export function remarksOf(text: string, list: readonly Diagnostic[]): Remark[] {
  const places = placesOf(text);
  return list.map((d) => ({
    ...locate(places, d.field ? withField(places, d) : d.path),
    severity: d.severity,
    message: d.hint ? `${d.message} (${d.hint})` : d.message,
  }));
}

/* a path sometimes ends at the object that lacks the field, sometimes at the field itself */
function withField(places: ReadonlyMap<string, unknown>, d: Diagnostic): string {
  const inner = `${d.path}/${d.field}`;
  return places.has(inner) ? inner : d.path;
}
