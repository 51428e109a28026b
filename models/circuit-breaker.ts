/**
 * Leaves an endpoint alone that does not answer, so that not every call finds out by itself. There is a circuit for each
 * model of an endpoint, in each worker process.
 *
 * 1. A circuit opens after so many calls in a row that have failed as an endpoint fails that is away: no response, a status
 *    of the server's, a time-out. Any other answer, a refusal too, ends the row.
 * 2. While it is open no call is sent. One that comes fails at once with the kind of the last failure, and says for how long.
 * 3. After that time one call alone is sent. Its answer closes the circuit; its failure opens it for twice as long, up to
 *    eight times. A call that its caller gives up decides nothing, and the next one is sent in its place.
 * 4. Calls that were in flight when it opened go on; an answer to one of them closes it, too.
 */
import type { OpenCircuit } from '../contracts/model/circuit.ts';
import type { ChatReply, ChatRequest, ModelRole } from '../contracts/chat.ts';
import { CircuitOpen, type ChatModel, type ChatOptions, ModelFailure } from './chat-model.ts';

export type CircuitSettings = {
  /** Failures in a row; 0: it never opens. */
  failures: number;
  /** For how long it is open at first. */
  seconds: number;
};

export type CircuitOptions = {
  settings: CircuitSettings;
  /** For people. */
  endpoint: string;
  modelByRole: Readonly<Record<ModelRole, string>>;
  now?: () => number;
  /** Told whenever a circuit opens, is tried or closes. */
  onChange?: (open: readonly OpenCircuit[]) => void;
};

const mostDoublings = 3;

/** @returns the same model behind circuits */
export function withCircuits(model: ChatModel, options: CircuitOptions): ChatModel {
  if (options.settings.failures === 0) return model;
  const circuits = new Map<string, Circuit>();
  const onChange = () => options.onChange?.([...circuits.values()].flatMap((each) => each.open ?? []));
  return {
    async chat(request: ChatRequest, chat: ChatOptions): Promise<ChatReply> {
      const name = request.model ?? options.modelByRole[request.role];
      const circuit = circuits.get(name) ?? new Circuit(name, options, onChange);
      circuits.set(name, circuit);
      const isProbe = circuit.enter();
      try {
        const reply = await model.chat(request, chat);
        circuit.answered();
        return reply;
      } catch (error) {
        if (isOutage(error)) circuit.failed(error, isProbe);
        else if (error instanceof ModelFailure) circuit.answered();
        else circuit.left(isProbe);
        throw error;
      }
    },
  };
}

/** A reply that came with status 200 and is none, and a 429, are answers of an endpoint that is there. */
function isOutage(error: unknown): error is ModelFailure {
  if (!(error instanceof ModelFailure)) return false;
  return error.kind === 'ModelTimedOut' || (error.kind === 'ModelUnavailable' && error.status !== 200);
}

class Circuit {
  readonly #model: string;
  readonly #options: CircuitOptions;
  readonly #onChange: () => void;
  readonly #now: () => number;
  #failures = 0;
  #openings = 0;
  #open: OpenCircuit | null = null;
  #kind: ModelFailure['kind'] = 'ModelUnavailable';
  #probing = false;

  constructor(model: string, options: CircuitOptions, onChange: () => void) {
    this.#model = model;
    this.#options = options;
    this.#onChange = onChange;
    this.#now = options.now ?? Date.now;
  }

  get open(): OpenCircuit | null {
    return this.#open;
  }

  /** @returns whether the call decides on the circuit @throws CircuitOpen where it must not be sent */
  enter(): boolean {
    if (this.#open === null) return false;
    const leftMs = this.#open.probeMs - this.#now();
    if (leftMs > 0 || this.#probing) throw this.#refusal(this.#open, Math.max(leftMs, probeMs));
    this.#probing = true;
    return true;
  }

  answered(): void {
    this.#failures = 0;
    this.#openings = 0;
    this.#probing = false;
    if (this.#open === null) return;
    this.#open = null;
    this.#onChange();
  }

  failed(failure: ModelFailure, isProbe: boolean): void {
    this.#failures += 1;
    this.#kind = failure.kind;
    if (isProbe) this.#probing = false;
    if (this.#open !== null && !isProbe) return;
    const { settings, endpoint } = this.#options;
    if (this.#failures < settings.failures) return;
    const nowMs = this.#now();
    const forMs = settings.seconds * 1000 * 2 ** Math.min(mostDoublings, this.#openings);
    this.#openings += 1;
    this.#open = {
      ...{ endpoint, model: this.#model, failures: this.#failures },
      ...{
        openedMs: this.#open?.openedMs ?? nowMs,
        probeMs: nowMs + forMs,
        lastFailure: failure.message.slice(0, 300),
      },
    };
    this.#onChange();
  }

  left(isProbe: boolean): void {
    if (isProbe) this.#probing = false;
  }

  #refusal({ endpoint, failures, lastFailure }: OpenCircuit, leftMs: number): CircuitOpen {
    const seconds = Math.ceil(leftMs / 1000);
    const what = `${this.#model} at ${endpoint} is left alone: ${failures} calls in a row have failed`;
    return new CircuitOpen(this.#kind, `${what}; tried again in ${seconds} s (last: ${lastFailure})`, leftMs);
  }
}

/** How long a call stays away that meets the one which tries the endpoint. */
const probeMs = 2_000;
