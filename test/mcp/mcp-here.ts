/**
 * `switchyard mcp` in the test's own process, over streams in place of stdin and stdout: to start a process takes longer
 * than most of what is asked here. What a process alone has is tested by mcp-process.ts.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ElicitResult, JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { loadConfig } from '../../config/load-config.ts';
import { serveMcpOverStdio } from '../../mcp/stdio.ts';
import type { McpTimes } from '../../mcp/surface.ts';
import { clientOf, type Era, type Place, settingsOf } from './mcp-process.ts';
import { RawMcp, type Wire } from './raw-mcp.ts';

type Options = {
  era?: Era;
  /** What a person answers to a form; absent: the client has no forms. */
  onForm?: (message: string) => ElicitResult;
  times?: Partial<McpTimes>;
};

/** Connected; `logged` is all that the server has told so far. */
export async function openMcp(scene: Place, { era = 'legacy', onForm, times = {} }: Options = {}) {
  const logged: string[] = [];
  const client = clientOf(era, onForm);
  await client.connect(new WireTransport(wireHere(scene, times, (text) => logged.push(text))));
  return { client, logged: () => logged.join('\n'), [Symbol.asyncDispose]: () => client.close() };
}

export const rawMcpHere = (scene: Place): RawMcp => new RawMcp(wireHere(scene));

function wireHere(scene: Place, times: Partial<McpTimes> = {}, log: (text: string) => void = () => {}): Wire {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const repository = join(scene.dataDirectory, 'repository');
  const options = { settings: loadConfig(settingsOf(scene)), log, allowedRepositories: 'any', repository } as const;
  const served = serveMcpOverStdio({ ...options, times }, new AbortController().signal, { stdin, stdout });
  return { input: stdin, output: stdout, ended: served.then(() => 0) };
}

/** The client's end: a line for each message. */
class WireTransport implements Transport {
  readonly #wire: Wire;
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async start(): Promise<void> {
    const lines = createInterface({ input: this.#wire.output });
    lines.on('line', (line) => this.onmessage?.(JSON.parse(line) as JSONRPCMessage));
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#wire.input.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    this.#wire.input.end();
    await this.#wire.ended;
    this.onclose?.();
  }
}
