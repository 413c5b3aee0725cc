import { isRecord } from '../problem';
import type { JsonObject } from '../types';

/** The object that a text is; null when it is none. */
export function objectOf(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
