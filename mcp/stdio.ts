/** Serves MCP over stdin and stdout, as an editor or an agent starts it. */
import type { Readable, Writable } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { messageOf } from '../lib/errors.ts';
import { serverFactory } from './server.ts';
import { type McpOptions, Surface } from './surface.ts';

export type Streams = { stdin: Readable; stdout: Writable };

/**
 * Ends once the client has closed stdin, or the signal says so; runs that go on are left. Only the protocol is written to
 * stdout.
 * @param streams those of the process unless given
 * @throws InvalidInput for options that cannot be
 */
export async function serveMcpOverStdio(
  options: McpOptions,
  signal: AbortSignal,
  { stdin, stdout }: Streams = process,
): Promise<void> {
  await using surface = new Surface({ ...options, cancelsRuns: true });
  const transport = new StdioServerTransport(stdin, stdout);
  const onerror = (error: Error) => options.log(`MCP: ${messageOf(error)}`);
  const connection = serveStdio(serverFactory(surface), { transport, onerror });
  const closed = Promise.withResolvers<void>();
  const { onclose } = transport;
  transport.onclose = () => {
    onclose?.();
    closed.resolve();
  };
  const stop = () => closed.resolve();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await closed.promise;
  await connection.close();
}
