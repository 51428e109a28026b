/** Errors as results of tools: the code that programs rely on, what is wrong, and the way out. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { InvalidInput, typedError } from '../../application/errors.ts';
import { messageOf } from '../../lib/errors.ts';
import { cut, printableLine } from '../../lib/printable.ts';
import { snakeName } from '../../lib/snake-keys.ts';
import { inArguments } from './argument-words.ts';

const mostCharacters = 2_000;

/** @param log is told the stack of what nobody foresaw, which a client is not */
export function toolError(error: unknown, log: (text: string) => void): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: errorText(error, log) }] };
}

/** `RunNotFound: there is no run …`; of a wrong argument with its name. */
export function errorText(error: unknown, log: (text: string) => void): string {
  const known = typedError(error);
  if (known === null) {
    log(`this should not happen: ${error instanceof Error ? error.stack : messageOf(error)}`);
    return 'Failed: this should not happen; the log of the server says more';
  }
  const where = known instanceof InvalidInput ? ` (${argumentOf(known.field)})` : '';
  return cut(`${known.code}${where}: ${printableLine(inArguments(known.message))}`, mostCharacters);
}

function argumentOf(field: string): string {
  return field === 'repo' ? 'repository' : snakeName(field);
}
