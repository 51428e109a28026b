/**
 * The runtime of a home: one server and one worker for all commands that use the home at the same time.
 * It starts the server for the first member and the worker for the first that needs it; when the last member is gone
 * it drains the worker, stops the server and is over.
 */
import type { RuntimeMessage } from '../protocol.ts';
import type { Logger } from '../../observability/logging.ts';
import type { Member, MemberEvents } from './runtime-socket.ts';

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
  /** The endpoint that the settings name; null: the worker's own, known once it runs. */
  modelUrl: string | null;
  startServer: (progress: Progress, signal: AbortSignal) => Promise<RunningServer>;
  /** Called while the server starts, when a worker will be needed: loads what takes long to load. */
  warmUp: () => void;
  startWorker: (server: RunningServer, progress: Progress) => Promise<RunningWorker>;
};

type Need = 'server' | 'worker';

export class Runtime implements MemberEvents {
  readonly #parts: RuntimeParts;
  readonly #log: Logger;
  readonly #members = new Set<Member>();
  /** Members that may be told of progress: joined, not yet ready. */
  readonly #waiting = new Set<Member>();
  /** Those who asked to be told when all has stopped. */
  readonly #leaving = new Set<Member>();
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

  /** Resolves once it has been told to stop, or the last member is gone, or a part ended by itself. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get memberCount(): number {
    return this.#members.size;
  }

  said(member: Member, message: Parameters<MemberEvents['said']>[1]): void {
    switch (message.kind) {
      case 'join':
        void this.#join(member, message.need);
        break;
      case 'leave':
        this.#leave(member);
        break;
      default:
        message satisfies never;
    }
  }

  gone(member: Member): void {
    this.#leaving.delete(member);
    this.#waiting.delete(member);
    if (this.#members.delete(member)) this.#endIfEmpty();
  }

  /** Nobody can join any more; whoever is in is told. */
  end(reason: string): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#log.info({ reason }, 'stopping');
    for (const member of [...this.#members, ...this.#leaving]) member.send({ kind: 'stopping' });
    this.#giveUp.abort(new Error('the runtime is stopping'));
    this.#over.resolve();
  }

  /** Drains the worker, then stops the server. @returns what went wrong, empty when all is well. */
  async stopParts(): Promise<string[]> {
    const problems: string[] = [];
    for (const part of [this.#worker, this.#server]) {
      const running = await part?.catch(() => null);
      await running?.stop().catch((error: unknown) => problems.push(textOf(error)));
    }
    return problems;
  }

  /** Closes every connection: the sign that all has stopped. */
  closeConnections(): void {
    for (const member of new Set([...this.#members, ...this.#leaving])) member.end();
  }

  async #join(member: Member, need: Need): Promise<void> {
    if (this.#isStopping) {
      this.#leaving.add(member);
      return member.send({ kind: 'stopping' });
    }
    this.#members.add(member);
    this.#waiting.add(member);
    this.#log.info({ need, members: this.#members.size }, 'a member joined');
    try {
      const message = await this.#ready(need);
      this.#waiting.delete(member);
      member.send(message);
    } catch (error) {
      if (this.#isStopping) return;
      this.#log.error({ err: error }, 'could not start what a member needs');
      member.send({ kind: 'failed', message: textOf(error) });
      member.end();
    }
  }

  async #ready(need: Need): Promise<RuntimeMessage> {
    const progress: Progress = (text) => {
      this.#log.info(text);
      for (const member of this.#waiting) member.send({ kind: 'progress', text });
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
    };
  }

  /** A start that fails may be tried again by the next member; a part that ends by itself ends the runtime. */
  #keep<Running extends Part>(start: Promise<Running>, name: string, forget: () => void): Promise<Running> {
    start.then(
      (part) =>
        part.ended.then((why) => {
          if (this.#isStopping) return;
          const message = `${name} stopped: ${why}`;
          this.#log.error(message);
          for (const member of this.#members) member.send({ kind: 'failed', message });
          this.end(message);
        }),
      forget,
    );
    return start;
  }

  #leave(member: Member): void {
    this.#waiting.delete(member);
    const wasMember = this.#members.delete(member);
    if (wasMember && this.#members.size === 0) {
      this.#leaving.add(member);
      this.#endIfEmpty();
    } else if (!this.#isStopping) {
      member.send({ kind: 'staying', members: this.#members.size });
      member.end();
    } else {
      this.#leaving.add(member);
    }
  }

  #endIfEmpty(): void {
    if (this.#members.size === 0) this.end('the last member is gone');
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
