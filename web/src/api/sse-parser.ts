export interface SseMessage {
  readonly event: string;
  readonly data: string;
  /** The last id seen on the stream, to continue after it. */
  readonly lastEventId: string;
}

export interface SseParser {
  push(chunk: string): void;
}

export interface SseParserHandlers {
  readonly onMessage: (message: SseMessage) => void;
  readonly onRetry?: (milliseconds: number) => void;
}

/** Server-sent events as the HTML standard reads them: lines end by LF, CR or CRLF, also across chunks. */
export function createSseParser({ onMessage, onRetry }: SseParserHandlers): SseParser {
  let rest = '';
  let atStart = true;
  let data: string[] = [];
  let event = '';
  let lastEventId = '';

  const field = (name: string, value: string): void => {
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) lastEventId = value;
    else if (name === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value));
  };

  const line = (text: string): void => {
    if (text === '') {
      if (data.length > 0) onMessage({ event: event || 'message', data: data.join('\n'), lastEventId });
      data = [];
      event = '';
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    if (colon === -1) return field(text, '');
    const value = text.slice(colon + 1);
    field(text.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value);
  };

  return {
    push: (chunk) => {
      rest += atStart ? chunk.replace(/^\uFEFF/, '') : chunk;
      if (chunk !== '') atStart = false;
      for (;;) {
        const end = rest.search(/[\r\n]/);
        // A CR at the very end may be the first half of a CRLF.
        if (end === -1 || (rest[end] === '\r' && end === rest.length - 1)) return;
        const width = rest[end] === '\r' && rest[end + 1] === '\n' ? 2 : 1;
        const text = rest.slice(0, end);
        rest = rest.slice(end + width);
        line(text);
      }
    },
  };
}
