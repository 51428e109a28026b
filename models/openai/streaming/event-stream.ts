/** Reads server-sent events (WHATWG HTML, 9.2.6) out of bytes that come in pieces of any size, in linear time. */

/** `lines` are those of its data; an event without any is none. */
export type ServerEvent = { type: string; lines: string[] };

export type EventReader = {
  /** The events that this piece completes. */
  push(piece: Uint8Array): ServerEvent[];
  /** What the last piece left behind. The standard drops an event without an empty line after it; servers forget that line. */
  end(): ServerEvent[];
};

export function createEventReader(): EventReader {
  // Removes a byte order mark, and keeps the bytes of a character that the piece does not end.
  const decoder = new TextDecoder();
  const events: ServerEvent[] = [];
  let line = '';
  let afterReturn = false;
  let event: ServerEvent = { type: '', lines: [] };
  const dispatch = (): void => {
    if (event.lines.length > 0) events.push(event);
    event = { type: '', lines: [] };
  };
  const takeLine = (): void => {
    if (line === '') dispatch();
    else addField(event, line);
    line = '';
  };
  const take = (text: string): void => {
    if (text === '') return;
    let from = afterReturn && text.startsWith('\n') ? 1 : 0;
    afterReturn = text.endsWith('\r');
    const lineEnd = /\r\n|\n|\r/g;
    lineEnd.lastIndex = from;
    for (let found = lineEnd.exec(text); found !== null; found = lineEnd.exec(text)) {
      line += text.slice(from, found.index);
      takeLine();
      from = lineEnd.lastIndex;
    }
    line += text.slice(from);
  };
  return {
    push(piece) {
      take(decoder.decode(piece, { stream: true }));
      return events.splice(0);
    },
    end() {
      take(decoder.decode());
      takeLine();
      dispatch();
      return events.splice(0);
    },
  };
}

/** A line that begins with a colon is a comment. */
function addField(event: ServerEvent, line: string): void {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const written = colon < 0 ? '' : line.slice(colon + 1);
  const value = written.startsWith(' ') ? written.slice(1) : written;
  if (name === 'data') event.lines.push(value);
  else if (name === 'event') event.type = value;
}
