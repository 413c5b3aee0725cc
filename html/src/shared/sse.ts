/** One message of an event stream. */
export interface SseMessage {
  event: string;
  data: string;
  /** The last id seen up to this message; "" before the first. */
  id: string;
}

export interface SseParser {
  /** Takes the next piece of text, cut anywhere. */
  push(text: string): void;
}

/** Reads the event-stream format.  `onRetry` hears the server's wish for the reconnect wait. */
export function sseParser(
  onMessage: (message: SseMessage) => void,
  onRetry: (ms: number) => void = () => {},
): SseParser {
  let rest = '';
  let first = true;
  let event = '';
  let data: string[] = [];
  let id = '';

  const line = (text: string) => {
    if (text === '') {
      if (data.length > 0) onMessage({ event: event || 'message', data: data.join('\n'), id });
      event = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
    if (name === 'id' && !value.includes('\0')) id = value;
    if (name === 'retry' && /^\d+$/.test(value)) onRetry(Number(value));
  };

  return {
    push(text) {
      if (first && text !== '') {
        first = false;
        text = text.replace(/^\uFEFF/, '');
      }
      rest += text;
      for (;;) {
        const end = /\r\n|\n|\r/.exec(rest);
        /* a CR at the very end may be half of a CR LF */
        if (!end || (end[0] === '\r' && end.index === rest.length - 1)) return;
        const text_line = rest.slice(0, end.index);
        rest = rest.slice(end.index + end[0].length);
        line(text_line);
      }
    },
  };
}
