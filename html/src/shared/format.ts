/** `2026-02-17T09:30:00.125Z` → the reader's own date and time, to the second. */
export function exactTime(ts: string | null): string {
  const at = parseTime(ts);
  if (at === null) return '–';
  return new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(at);
}

/** The time of the day with milliseconds, for the lines of a timeline. */
export function clockTime(ts: string | null): string {
  const at = parseTime(ts);
  if (at === null) return '–';
  const two = (n: number) => String(n).padStart(2, '0');
  const d = new Date(at);
  const clock = [d.getHours(), d.getMinutes(), d.getSeconds()].map(two).join(':');
  return `${clock}.${String(d.getMilliseconds()).padStart(3, '0')}`;
}

/** `2 min ago`, `in 3 h`; "just now" within five seconds. */
export function relativeTime(ts: string | null, now: number): string {
  const at = parseTime(ts);
  if (at === null) return '–';
  const gap = at - now;
  const size = Math.abs(gap);
  if (size < 5000) return 'just now';
  const text = bigUnit(size);
  return gap < 0 ? `${text} ago` : `in ${text}`;
}

/** Milliseconds as one or two units: `840 ms`, `1.4 s`, `2 min 5 s`, `3 h 12 min`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${trim((ms / 1000).toFixed(ms < 10_000 ? 2 : 1))} s`;
  const s = Math.round(ms / 1000);
  if (s < 3600) return pair(Math.floor(s / 60), 'min', s % 60, 's');
  const min = Math.round(s / 60);
  if (min < 1440) return pair(Math.floor(min / 60), 'h', min % 60, 'min');
  const h = Math.round(min / 60);
  return pair(Math.floor(h / 24), 'd', h % 24, 'h');
}

/** How long a run has taken; up to now while it has not ended. */
export function elapsed(from: string | null, to: string | null, now: number): string {
  const start = parseTime(from);
  if (start === null) return '–';
  return duration(Math.max(0, (parseTime(to) ?? now) - start));
}

/** `waiting_approval` → `Waiting approval`. */
export function words(name: string): string {
  const text = name.replaceAll('_', ' ').trim();
  return text === '' ? '' : text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The last part of an id, enough to tell two apart in a list: the first is the time at which it
 * was made, and the same for all of an hour.
 */
export function shortId(id: string): string {
  return id.length > 12 ? id.slice(-8) : id;
}

/** `1 run`, `2 runs`, `1,204 runs`. */
export function count(n: number, one: string, many = `${one}s`): string {
  /* the first number that is made pretty costs as much as a picture */
  return `${n < 1000 ? n : n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

export function parseTime(ts: string | null | undefined): number | null {
  if (!ts) return null;
  const at = Date.parse(ts);
  return Number.isNaN(at) ? null : at;
}

function bigUnit(ms: number): string {
  if (ms < 59_500) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_570_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 84_600_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

function pair(a: number, unitA: string, b: number, unitB: string): string {
  return b === 0 ? `${a} ${unitA}` : `${a} ${unitA} ${b} ${unitB}`;
}

function trim(number: string): string {
  return number.replace(/\.?0+$/, '');
}

/** Bytes in the unit that reads best: `840 B`, `1.4 KB`, `12 MB`. */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let n = bytes;
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 || n >= 10 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}
