/** `switchyard mcp` as a client starts it, over a scene: its worker and its scripted model. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Client, type ClientCapabilities, type ElicitResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { inheritedSettings, mainFile } from '../client/run-command.ts';
import { join } from 'node:path';
import type { Scene } from '../support/scene.ts';

export type Era = 'legacy' | 'modern';
export const eras: readonly Era[] = ['legacy', 'modern'];

type Place = Pick<Scene, 'address' | 'dataDirectory' | 'taskQueue'>;

/** Settings by which a process uses the server, the worker and the index of a scene. */
export function settingsOf({ address, dataDirectory, taskQueue }: Place): Record<string, string> {
  return { SWITCHYARD_HOME: dataDirectory, SWITCHYARD_TASK_QUEUE: taskQueue, TEMPORAL_ADDRESS: address };
}

type Options = {
  era?: Era;
  /** What a person answers to a form; absent: the client has no forms. */
  onForm?: (message: string) => ElicitResult;
  args?: readonly string[];
};

/** Connected; `stderr` is all that the server has logged so far. */
export async function openMcp(scene: Place, { era = 'legacy', onForm, args = [] }: Options = {}) {
  const env = cleanEnvironment(settingsOf(scene));
  const given = [mainFile, 'mcp', '--repo', join(scene.dataDirectory, 'repository'), ...args];
  const transport = new StdioClientTransport({ command: process.execPath, args: given, env, stderr: 'pipe' });
  let stderr = '';
  transport.stderr?.on('data', (piece: Buffer) => {
    stderr += piece.toString();
  });
  const client = clientOf(era, onForm);
  await client.connect(transport);
  return { client, stderr: () => stderr, [Symbol.asyncDispose]: () => client.close() };
}

/** A client of the SDK, not yet connected. */
export function clientOf(era: Era, onForm?: (message: string) => ElicitResult): Client {
  const capabilities: ClientCapabilities = onForm === undefined ? {} : { elicitation: {} };
  const client = new Client(
    { name: 'test-client', version: '7' },
    { capabilities, ...(era === 'modern' && { versionNegotiation: { mode: 'auto' } }) },
  );
  if (onForm !== undefined) client.setRequestHandler('elicitation/create', ({ params }) => onForm(params.message));
  return client;
}

function cleanEnvironment(settings: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(inheritedSettings()).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(inherited), ...settings };
}

type Child = ChildProcessByStdio<Writable, Readable, null>;
export type Message = {
  id?: number;
  method?: string;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
};

/** The same without an SDK: messages as they go over the wire. */
export class RawMcp implements AsyncDisposable {
  readonly #child: Child;
  readonly #ended: Promise<number | null>;
  readonly #waiting = new Map<number, (message: Message) => void>();
  /** Every line of stdout, in order. */
  readonly lines: string[] = [];
  #id = 0;

  constructor(scene: Place, args: readonly string[] = []) {
    const given = [mainFile, 'mcp', '--repo', join(scene.dataDirectory, 'repository'), ...args];
    const env = cleanEnvironment(settingsOf(scene));
    this.#child = spawn(process.execPath, given, { env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#ended = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.lines.push(line);
      const message = JSON.parse(line) as Message;
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    });
  }

  /** Of the newer era: each request carries version and abilities. */
  modern(method: string, params: Record<string, unknown>, extensions: Record<string, object>, more: object = {}) {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { extensions, ...more },
    };
    return this.request(method, { ...params, _meta: meta });
  }

  request(method: string, params: Record<string, unknown>): Promise<Message> {
    this.#id += 1;
    const id = this.#id;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Closes stdin, and gives the exit code. */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
