/** Reads JSON messages, one a line, from the runtime's socket. */
import { RuntimeMessage } from '../contracts/runtime-messages.ts';

const maxLineCharacters = 100_000;

/**
 * A function that takes pieces of the stream as they come and gives the whole messages among them, in order.
 * @throws Error for a line that is no message: the runtime is of another version
 */
export function messageReader(): (piece: string) => RuntimeMessage[] {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLineCharacters) throw foreign();
    return lines.filter((line) => line.trim() !== '').map(messageOf);
  };
}

function messageOf(line: string): RuntimeMessage {
  try {
    return RuntimeMessage.parse(JSON.parse(line));
  } catch {
    throw foreign();
  }
}

function foreign(): Error {
  return new Error('the runtime answered in a way that this version does not know: end it, then try again');
}
