import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import ts from 'typescript';
import { apiUrl } from './server';

/* The console and the server agree on what is asked and what is answered. */

const html = fileURLToPath(new URL('../../html/', import.meta.url));
const kept = join(html, 'src/shared/api.gen.d.ts');

/** The types of the API as this server tells them. */
async function typesNow(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'langorch-ui-'));
  try {
    const file = join(home, 'openapi.json');
    await writeFile(file, await (await fetch(apiUrl('openapi.json'))).text());
    const run = promisify(execFile);
    const { stdout } = await run('node', [join(html, 'scripts/types.mjs'), file], {
      maxBuffer: 8 << 20,
    });
    return stdout;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** What the compiler says of the console when the API has these types. */
function faultsWith(types: string): string[] {
  const read = ts.readConfigFile(join(html, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(read.config, ts.sys, html);
  const host = ts.createCompilerHost(options);
  const original = host.readFile;
  host.readFile = (name) => (name === kept ? types : original(name));
  const program = ts.createProgram(fileNames, options, host);
  return ts.getPreEmitDiagnostics(program).map((d) => {
    const at = d.file?.fileName.slice(html.length) ?? '';
    return `${at}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`;
  });
}

test('every route that the console asks is there, and answers as it expects', async () => {
  const types = await typesNow();
  expect(types).toContain('"/api/runs/{run_id}"');
  expect(faultsWith(types)).toEqual([]);
  /* a route that is not there would be told */
  const without = types.replace('"/api/orchestrators"', '"/api/elsewhere"');
  expect(faultsWith(without)).toEqual([
    expect.stringMatching(/^src\/settings\/Health\.tsx: .*orchestrators/),
  ]);
}, 240_000);

test('the types that are kept are those of a server like this one', async () => {
  const routes = (text: string) =>
    new Set([...text.matchAll(/^ {4}"(\/[^"]+)": \{$/gm)].map(([, route]) => route));
  const [now, then] = [routes(await typesNow()), routes(await readFile(kept, 'utf8'))];
  expect([...then].filter((route) => !now.has(route))).toEqual([]);
});
