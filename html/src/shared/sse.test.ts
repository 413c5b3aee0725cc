import { expect, test } from 'vitest';
import { sseParser, type SseMessage } from './sse';

function parse(...pieces: string[]): { messages: SseMessage[]; retries: number[] } {
  const messages: SseMessage[] = [];
  const retries: number[] = [];
  const parser = sseParser(
    (m) => messages.push(m),
    (ms) => retries.push(ms),
  );
  pieces.forEach((piece) => parser.push(piece));
  return { messages, retries };
}

const stream =
  'retry: 2000\n\nevent: run_event\nid: 7\ndata: {"seq":1}\n\n: ping\n\nid: 8\ndata: x\n\n';
const expected = [
  { event: 'run_event', id: '7', data: '{"seq":1}' },
  { event: 'message', id: '8', data: 'x' },
];

test('messages, the wait for a reconnect and comments are told apart', () => {
  expect(parse(stream)).toEqual({ messages: expected, retries: [2000] });
});

test('it does not matter where the text is cut', () => {
  expect(parse(...stream).messages).toEqual(expected);
  for (let cut = 1; cut < stream.length; cut++) {
    expect(parse(stream.slice(0, cut), stream.slice(cut)).messages).toEqual(expected);
  }
});

test('CR and CR LF end lines too, also when the pair is cut in two', () => {
  expect(parse(stream.replaceAll('\n', '\r\n')).messages).toEqual(expected);
  expect(parse(...stream.replaceAll('\n', '\r\n')).messages).toEqual(expected);
  expect(parse(`${stream.replaceAll('\n', '\r')}\n`).messages).toEqual(expected);
});

test('several data lines are one text, and one space after the colon is not part of it', () => {
  expect(parse('data: a\ndata:b\ndata:  c\n\n').messages[0]?.data).toBe('a\nb\n c');
});

test('an id stays until the next one, and an unfinished message is not told', () => {
  const { messages } = parse('id: 1\ndata: a\n\ndata: b\n\ndata: c\n');
  expect(messages.map((m) => [m.id, m.data])).toEqual([
    ['1', 'a'],
    ['1', 'b'],
  ]);
});

test('a byte order mark, a retry that is no number and an id with a zero are ignored', () => {
  const { messages, retries } = parse('\uFEFFretry: soon\nid: a\0b\ndata: a\n\n');
  expect(messages).toEqual([{ event: 'message', id: '', data: 'a' }]);
  expect(retries).toEqual([]);
});
