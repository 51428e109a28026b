/**
 * One foreign server: connected to when it is first asked for something, and again once it has gone.
 *
 * 1. There is one connection at a time, however many calls use it.
 * 2. A connection that has ended fails what is in flight on it, and nothing later: the next call connects again.
 * 3. A server that does not answer in time is left, and ended where it is a process of ours, once nothing else is in flight.
 */
import { Client, ProtocolError, SdkError, SdkErrorCode, type Tool } from '@modelcontextprotocol/client';
import type { ForeignServer } from '../contracts/foreign/servers.ts';
import { messageOf } from '../lib/errors.ts';
import type { Network } from '../lib/http-request.ts';
import { redactMessage } from '../lib/redaction.ts';
import { connectSeconds, listBounds } from './bounds.ts';
import { ForeignProblem } from './failures.ts';
import { httpServer } from './http-server.ts';
import { stdioServer } from './stdio-server.ts';

type Open = { client: Client; lastWords: () => string; inFlight: number };
type About = { name: string; server: ForeignServer; network: Network; secrets: readonly string[] };
type Times = { seconds: number; signal: AbortSignal };

export class ServerConnection {
  readonly #about: About;
  #open: Promise<Open> | null = null;

  constructor(about: About) {
    this.#about = about;
  }

  /** All tools that it lists. @throws ForeignProblem */
  tools(times: Times): Promise<Tool[]> {
    return this.#use(times, async ({ client }, options) => {
      const { tools } = await client.listTools(undefined, { ...options, cacheMode: 'bypass' });
      return tools.slice(0, listBounds.tools);
    });
  }

  /** @param onSent called just before the request is sent. @throws ForeignProblem; the signal's reason */
  call(tool: Tool, given: Record<string, unknown>, { onSent, ...times }: Times & { onSent: () => void }) {
    // With its definition at hand the client asks for no other, and sends the call once, whatever the server answers. Its
    // schema of results is left out: what comes is shown as text, whatever it is.
    const { outputSchema: _, ...toolDefinition } = tool;
    return this.#use(times, ({ client }, options) => {
      onSent();
      return client.callTool({ name: tool.name, arguments: given }, { ...options, toolDefinition });
    });
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.then(({ client }) => client.close()).catch(() => {});
  }

  async #use<Result>(
    { seconds, signal }: Times,
    ask: (open: Open, options: { signal: AbortSignal; timeout: number; maxTotalTimeout: number }) => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted();
    const connecting = this.#open ?? this.#start();
    const open = await withSignal(connecting, signal);
    open.inFlight += 1;
    try {
      return await ask(open, { signal, timeout: seconds * 1000, maxTotalTimeout: seconds * 1000 });
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = this.#problemOf(error, open, seconds);
      // What is in flight beside it may still be answered.
      const isSilent = problem.kind === 'ForeignToolTimedOut' && open.inFlight === 1;
      if (isSilent || problem.kind === 'ForeignServerDied') this.#leave(connecting);
      throw problem;
    } finally {
      open.inFlight -= 1;
    }
  }

  #start(): Promise<Open> {
    const connecting = this.#connect();
    this.#open = connecting;
    const forget = () => this.#forget(connecting);
    connecting.then(({ client }) => {
      client.onclose = forget;
    }, forget);
    return connecting;
  }

  #forget(connecting: Promise<Open>): void {
    if (this.#open === connecting) this.#open = null;
  }

  #leave(connecting: Promise<Open>): void {
    this.#forget(connecting);
    connecting.then(({ client }) => client.close()).catch(() => {});
  }

  async #connect(): Promise<Open> {
    const { name, server, network } = this.#about;
    const client = new Client(
      { name: 'switchyard', version: '1' },
      {
        capabilities: {},
        versionNegotiation: { mode: 'auto' },
        inputRequired: { autoFulfill: false },
        listMaxPages: listBounds.pages,
      },
    );
    const { transport, lastWords } =
      'command' in server ? stdioServer(server) : { transport: httpServer(server, network), lastWords: () => '' };
    try {
      await client.connect(transport, { timeout: connectSeconds * 1000 });
      return { client, lastWords, inFlight: 0 };
    } catch (error) {
      await client.close().catch(() => {});
      const why = this.#clean(`${messageOf(error)}${wordsOf(lastWords())}`);
      throw new ForeignProblem('ForeignServerUnavailable', `the server "${name}" cannot be reached: ${why}`);
    }
  }

  #problemOf(error: unknown, { lastWords }: Open, seconds: number): ForeignProblem {
    const { name, server } = this.#about;
    const of = `the server "${name}"`;
    const clean = (text: string) => this.#clean(text);
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
      return new ForeignProblem('ForeignToolTimedOut', `${of} did not answer within ${seconds} s`);
    const isGone =
      error instanceof SdkError &&
      [SdkErrorCode.ConnectionClosed, SdkErrorCode.NotConnected, SdkErrorCode.SendFailed].includes(error.code);
    if (isGone)
      return new ForeignProblem('ForeignServerDied', clean(`${of} ended in the middle${wordsOf(lastWords())}`));
    if (error instanceof ProtocolError)
      return new ForeignProblem('ForeignToolFailed', clean(`${of} refused the call (${error.code}): ${error.message}`));
    const isOfNetwork = !('command' in server) && !(error instanceof SdkError);
    if (isOfNetwork) return new ForeignProblem('ForeignServerDied', clean(`${of} broke off: ${messageOf(error)}`));
    return new ForeignProblem('ForeignToolFailed', clean(`${of} gave no usable answer: ${messageOf(error)}`));
  }

  #clean(text: string): string {
    return redactMessage(text, this.#about.secrets);
  }
}

const wordsOf = (lastWords: string): string => (lastWords === '' ? '' : `; its last words: ${lastWords}`);

function withSignal<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
