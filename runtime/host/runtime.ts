/**
 * The runtime of a data directory: one server and one worker for all commands that use the data directory at the same time.
 * It starts the server for the first client and the worker for the first that needs it; when the last client is gone
 * it drains the worker, stops the server and is over.
 */
import type { RuntimeMessage } from '../protocol.ts';
import type { Logger } from '../../observability/logging.ts';
import type { ConnectedClient, ClientEvents } from './runtime-socket.ts';
import { messageOf } from '../../lib/errors.ts';

type Part = {
  /** Resolves when it has ended, with what happened. */
  ended: Promise<string>;
  stop: () => Promise<void>;
};
export type RunningServer = Part & { address: string; namespace: string; webUrl: string | null };
export type RunningWorker = Part & { modelUrl: string | null };

export type Progress = (text: string) => void;

export type RuntimeParts = {
  taskQueue: string;
  offlineModel: boolean;
  /** Of the code that runs here, read when it was: another one may be installed in its place meanwhile. */
  version: string;
  /** The endpoint that the settings name; null: the worker's own, known once it runs. */
  modelUrl: string | null;
  startServer: (progress: Progress, signal: AbortSignal) => Promise<RunningServer>;
  /** Called while the server starts, when a worker will be needed: loads what takes long to load. */
  warmUp: () => void;
  startWorker: (server: RunningServer, progress: Progress) => Promise<RunningWorker>;
};

type Need = 'server' | 'worker';

export class Runtime implements ClientEvents {
  readonly #parts: RuntimeParts;
  readonly #log: Logger;
  readonly #clients = new Set<ConnectedClient>();
  /** Clients that may be told of progress: joined, not yet ready. */
  readonly #waiting = new Set<ConnectedClient>();
  /** Those who asked to be told when all has stopped. */
  readonly #leaving = new Set<ConnectedClient>();
  readonly #over = Promise.withResolvers<void>();
  readonly #giveUp = new AbortController();
  #server: Promise<RunningServer> | null = null;
  #worker: Promise<RunningWorker> | null = null;
  #modelUrl: string | null;
  #isStopping = false;

  constructor(parts: RuntimeParts, log: Logger) {
    this.#parts = parts;
    this.#modelUrl = parts.modelUrl;
    this.#log = log;
  }

  /** Resolves once it has been told to stop, or the last client is gone, or a part ended by itself. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  said(client: ConnectedClient, message: Parameters<ClientEvents['said']>[1]): void {
    switch (message.kind) {
      case 'join':
        void this.#join(client, message.need);
        break;
      case 'leave':
        this.#leave(client);
        break;
      default:
        message satisfies never;
    }
  }

  gone(client: ConnectedClient): void {
    this.#leaving.delete(client);
    this.#waiting.delete(client);
    if (this.#clients.delete(client)) this.#endIfEmpty();
  }

  /** Nobody can join any more; whoever is in is told. */
  end(reason: string): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#log.info({ reason }, 'stopping');
    for (const client of [...this.#clients, ...this.#leaving]) client.send({ kind: 'stopping' });
    this.#giveUp.abort(new Error('the runtime is stopping'));
    this.#over.resolve();
  }

  /** Drains the worker, then stops the server. @returns what went wrong, empty when all is well. */
  async stopParts(): Promise<string[]> {
    const problems: string[] = [];
    for (const part of [this.#worker, this.#server]) {
      const running = await part?.catch(() => null);
      await running?.stop().catch((error: unknown) => problems.push(messageOf(error)));
    }
    return problems;
  }

  /** Closes every connection: the sign that all has stopped. */
  closeConnections(): void {
    for (const client of new Set([...this.#clients, ...this.#leaving])) client.end();
  }

  async #join(client: ConnectedClient, need: Need): Promise<void> {
    if (this.#isStopping) {
      this.#leaving.add(client);
      return client.send({ kind: 'stopping' });
    }
    this.#clients.add(client);
    this.#waiting.add(client);
    this.#log.info({ need, clients: this.#clients.size }, 'a client joined');
    try {
      const message = await this.#ready(need);
      this.#waiting.delete(client);
      client.send(message);
    } catch (error) {
      if (this.#isStopping) return;
      this.#log.error({ err: error }, 'could not start what a client needs');
      client.send({ kind: 'failed', message: messageOf(error) });
      client.end();
    }
  }

  async #ready(need: Need): Promise<RuntimeMessage> {
    const progress: Progress = (text) => {
      this.#log.info(text);
      for (const client of this.#waiting) client.send({ kind: 'progress', text });
    };
    if (need === 'worker' && this.#worker === null) this.#parts.warmUp();
    this.#server ??= this.#keep(this.#parts.startServer(progress, this.#giveUp.signal), 'the Temporal server', () => {
      this.#server = null;
    });
    const server = await this.#server;
    if (need === 'worker') {
      this.#worker ??= this.#keep(this.#parts.startWorker(server, progress), 'the worker', () => {
        this.#worker = null;
      });
    }
    if (need === 'worker') this.#modelUrl = (await this.#worker)?.modelUrl ?? this.#modelUrl;
    return {
      kind: 'ready',
      address: server.address,
      namespace: server.namespace,
      webUrl: server.webUrl,
      taskQueue: this.#parts.taskQueue,
      modelUrl: this.#modelUrl,
      offlineModel: this.#parts.offlineModel,
      pid: process.pid,
      version: this.#parts.version,
    };
  }

  /** A start that fails may be tried again by the next client; a part that ends by itself ends the runtime. */
  #keep<Running extends Part>(start: Promise<Running>, name: string, forget: () => void): Promise<Running> {
    start.then(
      (part) =>
        part.ended.then((why) => {
          if (this.#isStopping) return;
          const message = `${name} stopped: ${why}`;
          this.#log.error(message);
          for (const client of this.#clients) client.send({ kind: 'failed', message });
          this.end(message);
        }),
      forget,
    );
    return start;
  }

  #leave(client: ConnectedClient): void {
    this.#waiting.delete(client);
    const wasClient = this.#clients.delete(client);
    if (wasClient && this.#clients.size === 0) {
      this.#leaving.add(client);
      this.#endIfEmpty();
    } else if (!this.#isStopping) {
      client.send({ kind: 'staying', clients: this.#clients.size });
      client.end();
    } else {
      this.#leaving.add(client);
    }
  }

  #endIfEmpty(): void {
    if (this.#clients.size === 0) this.end('the last client is gone');
  }
}
