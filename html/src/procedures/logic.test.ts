import { expect, test } from 'vitest';
import type { Diagnostic } from '../shared/types';
import { bySeverity, parseDocument, refusesRuns } from './logic';

test('a document is read, and what is none is told with its place', () => {
  expect(parseDocument('{"procedure_id":"a"}')).toEqual({ document: { procedure_id: 'a' } });
  expect(parseDocument('[]')).toEqual({ wrong: 'A procedure is a JSON object' });
  expect(parseDocument('{\n  "a": 1,\n  b\n}')).toEqual({
    wrong: 'This is not JSON: see line 3, column 3',
  });
  expect(parseDocument('')).toHaveProperty('wrong');
});

test('errors come first, otherwise the order of the compiler stays', () => {
  const list = (['info', 'error', 'warning', 'error'] as const).map(
    (severity, i) => ({ id: `CKP00${i}`, severity }) as Diagnostic,
  );
  expect(bySeverity(list).map((d) => d.id)).toEqual(['CKP001', 'CKP003', 'CKP002', 'CKP000']);
});

test('versions that were taken out of use start no run', () => {
  expect(
    ['draft', 'active', 'approved', 'inactive', 'deprecated', 'archived'].map(refusesRuns),
  ).toEqual([false, false, false, true, true, true]);
});
