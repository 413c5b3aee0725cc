import { expect, test } from 'vitest';
import { foldAnswer, type Answer } from './answers';

const piece = (call: number, from: number, delta: string, ended = false) =>
  JSON.stringify({
    run_id: 'r',
    node_id: 'ask',
    path: 'ask',
    call,
    from,
    to: from + new TextEncoder().encode(delta).length,
    delta,
    ended,
  });

const fold = (...pieces: string[]) => pieces.reduce(foldAnswer, [] as readonly Answer[]);

test('pieces of an answer are put together', () => {
  const [answer] = fold(piece(1, 0, 'grö'), piece(1, 4, 'ßer'), piece(1, 8, '', true));
  expect(answer).toMatchObject({ text: 'größer', nodeId: 'ask', ended: true });
});

test('one that does not go on begins anew', () => {
  expect(fold(piece(1, 0, 'one'), piece(1, 900, 'later'))[0]?.text).toBe('… later');
  expect(fold(piece(1, 0, 'one'), piece(1, 0, 'one two'))[0]?.text).toBe('one two');
});

test('a few are kept, and what is no piece is passed over', () => {
  const many = [1, 2, 3, 4, 5, 6].map((n) => piece(n, 0, `answer ${n}`));
  expect(fold(...many).map((a) => a.call)).toEqual([3, 4, 5, 6]);
  expect(fold('{', 'null', '{"call":1}')).toEqual([]);
});
