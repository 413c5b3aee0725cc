import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { at } from './browser';

/*
 * How much a browser has to fetch, counted as gzip makes it.  The console is read from where it
 * is served, so this also finds a file that is missing there.
 */

const KB = 1024;
const files = new Map<string, string>();
let entry = '';
let pages: string[] = [];
/** What a page fetches later, as the editor: a route of its own. */
let later: string[] = [];

beforeAll(async () => {
  const boot = await text('boot.js');
  entry = /import\('\.\/(assets\/[^']+)'\)/.exec(boot)?.[1] ?? '';
  await load(entry);
  pages = lazyOf(entry);
  for (const page of pages) await load(page);
  later = [...new Set([...files.keys()].flatMap(lazyOf))].filter((p) => !files.has(p));
  for (const part of later) await load(part);
});

function lazyOf(path: string): string[] {
  return linksOf(path, /\bimport\(["'`]\.\/([^"'`]+)["'`]\)/g);
}

async function text(path: string): Promise<string> {
  const response = await fetch(at(path));
  expect([path, response.status]).toEqual([path, 200]);
  expect([path, response.headers.get('content-type')]).not.toEqual([path, 'text/html']);
  return response.text();
}

async function load(path: string): Promise<void> {
  if (files.has(path)) return;
  files.set(path, await text(path));
  for (const next of needs(path)) await load(next);
}

function linksOf(path: string, pattern: RegExp): string[] {
  const found = [...(files.get(path) ?? '').matchAll(pattern)];
  return [...new Set(found.map((match) => `assets/${match[1]}`))].filter((p) => p.endsWith('.js'));
}

/** What a file cannot start without. */
function needs(path: string): string[] {
  return linksOf(path, /\b(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g);
}

function closure(path: string, known = new Set<string>()): Set<string> {
  if (known.has(path)) return known;
  known.add(path);
  needs(path).forEach((next) => closure(next, known));
  return known;
}

function sizeOf(paths: Iterable<string>): number {
  return [...paths].reduce((sum, p) => sum + gzipSync(files.get(p) ?? '', { level: 9 }).length, 0);
}

test('the pages share what more than one of them needs', () => {
  const initial = closure(entry);
  const shared = pages.flatMap((page) => [...closure(page)].filter((p) => !initial.has(p)));
  expect(new Set(shared).size).toBeLessThan(shared.length);
});

test('what every page needs is at most 170 KB', () => {
  expect(entry).toMatch(/^assets\/.+\.js$/);
  expect(sizeOf(closure(entry))).toBeGreaterThan(30 * KB);
  expect(sizeOf(closure(entry))).toBeLessThan(170 * KB);
});

test('what a page needs beside that is at most 150 KB', () => {
  const initial = closure(entry);
  expect(pages.length).toBeGreaterThan(5);
  expect(later.length).toBeGreaterThan(0);
  for (const page of [...pages, ...later]) {
    const own = [...closure(page)].filter((path) => !initial.has(path));
    expect([page, sizeOf(own) < 150 * KB]).toEqual([page, true]);
  }
});

test('all of it together is at most 650 KB', () => {
  expect(sizeOf(files.keys())).toBeLessThan(650 * KB);
});
