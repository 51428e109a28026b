/** A client without an SDK: messages as they go over the wire. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Both ends of a server, and its exit code. */
export type Wire = { input: Writable; output: Readable; ended: Promise<number | null> };

export type Message = {
  id?: number;
  method?: string;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
};

export class RawMcp implements AsyncDisposable {
  readonly #wire: Wire;
  readonly #waiting = new Map<number, (message: Message) => void>();
  /** Every line of stdout, in order. */
  readonly lines: string[] = [];
  #id = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
    createInterface({ input: wire.output }).on('line', (line) => {
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
    this.#wire.input.write(`${JSON.stringify(message)}\n`);
  }

  /** Closes stdin, and gives the exit code. */
  async end(): Promise<number | null> {
    this.#wire.input.end();
    return this.#wire.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
