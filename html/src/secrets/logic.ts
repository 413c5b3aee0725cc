import type { Tone } from '../shared/ui/Badge';

/** api.md 12 */
export interface Provider {
  provider: string;
  configured: boolean;
  /** How the last exchange went; null: there was none. */
  healthy: boolean | null;
  error: string | null;
}

/** How one that has values is, in a colour and a few words. */
export function keeperInWords(p: Provider): { tone: Tone; words: string } {
  if (!p.configured) return { tone: 'calm', words: p.error ?? 'not configured' };
  if (p.healthy === null) return { tone: 'calm', words: 'configured; nobody asked it yet' };
  if (p.healthy) return { tone: 'ok', words: 'ready' };
  return { tone: 'bad', words: p.error ?? 'it does not answer' };
}
