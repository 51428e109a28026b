/** A Langfuse that can be away in three ways, and that counts what it has taken. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const absences = ['refusing', '503', 'hanging'] as const;
export type Absence = (typeof absences)[number];

export class AbsentLangfuse {
  /** Ids of parentless spans: one a trace that has arrived whole, for the root goes last. */
  readonly roots = new Set<string>();
  readonly #server: Server;
  #port = 0;
  #absence: Absence | null = null;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      if (this.#absence === 'hanging') return;
      if (this.#absence === '503') return void response.writeHead(503).end();
      this.#count(Buffer.concat(pieces).toString('utf8'));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }

  static async open(): Promise<AbsentLangfuse> {
    const langfuse = new AbsentLangfuse();
    await langfuse.#listen();
    return langfuse;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Null: it is back. */
  async be(absence: Absence | null): Promise<void> {
    if (absence === 'refusing') await this.#close();
    else if (this.#absence === 'refusing') await this.#listen();
    this.#absence = absence;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #count(body: string): void {
    const { resourceSpans = [] } = (body === '' ? {} : JSON.parse(body)) as { resourceSpans?: ResourceSpans[] };
    for (const { scopeSpans } of resourceSpans)
      for (const { spans } of scopeSpans)
        for (const { traceId, parentSpanId } of spans) if (!parentSpanId) this.roots.add(traceId);
  }
}

type ResourceSpans = { scopeSpans: { spans: { traceId: string; parentSpanId?: string }[] }[] };
