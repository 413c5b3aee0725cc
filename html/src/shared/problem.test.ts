import { expect, test } from 'vitest';
import { ApiError, networkProblem, parseProblem, problemOf } from './problem';

const parse = (status: number, body: unknown, id: string | null = null) =>
  parseProblem(status, JSON.stringify(body), id);

test('a problem gives its sentence, code and request id', () => {
  const p = parse(404, {
    title: 'Not Found',
    status: 404,
    code: 'not_found',
    detail: 'Run not found',
    request_id: 'r1',
  });
  expect(p).toMatchObject({
    status: 404,
    code: 'not_found',
    sentence: 'Run not found',
    requestId: 'r1',
  });
});

test('inputs that fail give one sentence for each variable', () => {
  const errors = { amount: 'Must be a number', name: 'This field is required' };
  const p = parse(422, {
    code: 'invalid_inputs',
    detail: { message: 'Invalid input_vars', errors },
  });
  expect(p.sentence).toBe('Invalid input_vars');
  expect(p.fields).toEqual(errors);
});

test('a body of the wrong shape tells where', () => {
  const p = parse(422, {
    detail: [{ loc: ['body', 'amount'], msg: 'is no number', type: 'type' }],
  });
  expect(p.sentence).toBe('amount: is no number');
  expect(p.fields).toEqual({ amount: 'is no number' });
});

test('a document that does not compile gives the diagnostics', () => {
  const diagnostic = { id: 'CKP021', code: 'x', severity: 'error', message: 'm', path: '/a' };
  const p = parse(422, { code: 'compile_error', detail: 'does not compile', errors: [diagnostic] });
  expect(p.diagnostics).toEqual([diagnostic]);
  expect(p.fields).toEqual({});
});

test('the error page of a proxy is told by its status', () => {
  const p = parseProblem(502, '<html>bad gateway</html>', 'r2');
  expect(p).toMatchObject({ status: 502, code: 'http_502', requestId: 'r2' });
  expect(p.sentence).toMatch(/did not answer/);
});

test('JSON that is no object is told by its status as well', () => {
  expect(parse(418, ['x']).sentence).toBe('The server answered 418');
  expect(parse(500, null).sentence).toBe('The server failed');
});

test('any thrown value can be shown', () => {
  expect(problemOf(new ApiError(networkProblem())).code).toBe('network');
  expect(problemOf(new Error('broken')).sentence).toBe('broken');
  expect(problemOf('text').sentence).toBe('text');
});
