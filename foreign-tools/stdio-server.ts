/** Starts a foreign server as a process of ours that ends with us, in an environment that holds nothing of ours. */
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { ForeignServer } from '../contracts/foreign/servers.ts';
import { lastWordsCharacters, messageBytes } from './bounds.ts';

/** A subclass, so that the era of the protocol is found out over the one process that is started. */
class Transport extends StdioClientTransport {}

/**
 * The shell becomes the server; a watcher beside it ends the server once we are gone, however we ended. No program can ask
 * Linux for that by itself, and stdin, whose end says the same, is not read by a server that hangs.
 */
const start = '/bin/sh -c "$1" watcher "$PPID" "$$" </dev/null >/dev/null 2>&1 & shift; exec "$@"';
const watch =
  'while kill -0 "$1"; do kill -0 "$2" || exit; sleep 1; done; kill -TERM "$2" && sleep 2 && kill -KILL "$2"';

export type StdioServer = { transport: Transport; lastWords: () => string };

/** `lastWords`: the end of what it has written to stderr. */
export function stdioServer({ command, args, env, cwd }: Extract<ForeignServer, { command: string }>): StdioServer {
  const tied = process.platform !== 'win32';
  const transport = new Transport({
    command: tied ? '/bin/sh' : command,
    args: tied ? ['-c', start, 'sh', watch, command, ...args] : [...args],
    // The transport adds PATH, HOME and the like, and nothing else of our environment.
    env,
    stderr: 'pipe',
    maxBufferSize: messageBytes,
    ...(cwd === undefined ? {} : { cwd }),
  });
  let said = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-4 * lastWordsCharacters);
  });
  return { transport, lastWords: () => said.replace(/\s+/g, ' ').trim().slice(-lastWordsCharacters) };
}
