/**
 * What a run asks people, and what they decide, by the id of the request. Pure.
 *
 * 1. A request is decided at most once: by the first decision that fits, whichever way it came, or by its default.
 * 2. The same decision again changes nothing and is answered as before; another one is too late, and is told who decided.
 * 3. A decision that comes before its request is kept for it, one for each request, and is applied when that is opened.
 * 4. Of what was not applied the reason is told: in the answer, or in the record where it was kept.
 * 5. Requests of one sort are numbered in the order in which they are opened, so that a replay gives them the same ids.
 */
import type {
  Decision,
  DecisionAnswer,
  DecisionKind,
  DecisionRecord,
  DecisionRequest,
  DecisionWay,
} from '../../../contracts/decision.ts';

/** Decisions that are kept for requests which are not open yet; anybody may send one. */
const mostKept = 50;
/** Entries of the record. */
const mostRecords = 200;

export type Decided = Omit<Decision, 'requestId' | 'by'> & { by: string | null; way: DecisionWay; at: string };

export type Asked = Pick<DecisionRequest, 'kind' | 'asked' | 'choices' | 'draft' | 'call' | 'limit' | 'most'> & {
  /** Beside the kind, what it is about: letters and digits, and `-` between them. */
  place?: string;
  /** How long it waits for a person, and the choice that is taken then. */
  waitMs: number;
  default: string;
};

/** A request from its opening on; `decided` is null while it waits. */
export type OpenRequest = { readonly request: DecisionRequest; decided: Decided | null };

export class DecisionBuffer {
  readonly #now: () => number;
  readonly #asks: (kind: DecisionKind) => boolean;
  readonly #open = new Map<string, OpenRequest>();
  /** Those that wait no longer; `decided` is null of one that the run gave up. */
  readonly #past = new Map<string, OpenRequest>();
  readonly #kept = new Map<string, { decision: Decision; way: DecisionWay }>();
  readonly #numbers = new Map<string, number>();
  readonly #records: DecisionRecord[] = [];

  /** @param now milliseconds since the epoch  @param asks whether the run asks for decisions of a kind at all */
  constructor(now: () => number, asks: (kind: DecisionKind) => boolean) {
    this.#now = now;
    this.#asks = asks;
  }

  /** Open requests, oldest first. */
  get pending(): DecisionRequest[] {
    return [...this.#open.values()].map(({ request }) => request);
  }

  /** What was decided, and what could not be applied, oldest first. */
  get records(): readonly DecisionRecord[] {
    return this.#records;
  }

  /** Takes what a person has decided. */
  take(decision: Decision, way: DecisionWay): DecisionAnswer {
    const { requestId: id } = decision;
    const past = this.#past.get(id);
    if (past !== undefined) return afterwards(past, decision);
    const open = this.#open.get(id);
    if (open !== undefined) {
      const reason = problemOf(open.request, decision);
      if (reason !== null) return { kind: 'refused', reason };
      this.#settle(open, decidedBy(decision, way, this.#time()));
      return { kind: 'applied' };
    }
    return this.#keep(decision, way);
  }

  #keep(decision: Decision, way: DecisionWay): DecisionAnswer {
    const { requestId: id } = decision;
    const kept = this.#kept.get(id);
    if (kept !== undefined && !isSame(kept.decision, decision))
      return { kind: 'too-late', reason: `${kept.decision.by} has decided it already: ${kept.decision.decision}` };
    if (kept !== undefined) return { kind: 'buffered' };
    if (!this.#asks(kindOf(id)))
      return { kind: 'refused', reason: `this run does not ask for such a decision (${id})` };
    if (this.#kept.size >= mostKept)
      return { kind: 'refused', reason: `${mostKept} decisions are kept already for requests that are not open` };
    this.#kept.set(id, { decision, way });
    return { kind: 'buffered' };
  }

  /** Opens a request; it is decided at once where a decision was kept for it. */
  open({ place, waitMs, default: choice, ...asked }: Asked): OpenRequest {
    const name = place === undefined ? asked.kind : `${asked.kind}-${place}`;
    const number = (this.#numbers.get(name) ?? 0) + 1;
    this.#numbers.set(name, number);
    const requestId = `${name}-${number}`;
    const at = new Date(this.#now() + waitMs).toISOString();
    const request = { requestId, ...asked, since: this.#time(), default: { decision: choice, at } };
    const open: OpenRequest = { request, decided: null };
    this.#open.set(requestId, open);
    const kept = this.#kept.get(requestId);
    this.#kept.delete(requestId);
    if (kept === undefined) return open;
    const decided = decidedBy(kept.decision, kept.way, this.#time());
    const refused = problemOf(request, kept.decision);
    if (refused === null) this.#settle(open, decided);
    else this.#record({ ...recordOf(request, decided), refused });
    return open;
  }

  /** Whoever resumes a run wants every provider that it waits for asked again. */
  retry(): void {
    for (const open of [...this.#open.values()])
      if (open.request.kind === 'provider')
        this.#settle(open, { decision: 'retry', by: null, way: 'retry', at: this.#time() });
  }

  /** Nobody has decided in time: the default is taken. */
  timeOut(open: OpenRequest): void {
    if (open.decided === null)
      this.#settle(open, { decision: open.request.default.decision, by: null, way: 'timer', at: this.#time() });
  }

  /** The run waits for it no longer, decided or not. */
  close({ request: { requestId } }: OpenRequest): void {
    const open = this.#open.get(requestId);
    if (open === undefined) return;
    this.#open.delete(requestId);
    this.#past.set(requestId, open);
  }

  /** The run ends: what was kept is not applied any more. */
  end(): void {
    for (const { decision, way } of this.#kept.values()) {
      const { requestId, by, decision: choice, note } = decision;
      const about = { requestId, kind: kindOf(requestId), asked: null, decision: choice, by, way };
      const times = { askedAt: null, decidedAt: this.#time() };
      this.#record({
        ...about,
        ...(note === undefined ? {} : { note }),
        ...times,
        refused: 'the run ended without asking',
      });
    }
    this.#kept.clear();
  }

  #settle(open: OpenRequest, decided: Decided): void {
    open.decided = decided;
    this.close(open);
    // That nobody in particular has resumed it, or came at all, stands in the history and in the failure.
    if (open.request.kind !== 'provider' || decided.by !== null) this.#record(recordOf(open.request, decided));
  }

  #record(record: DecisionRecord): void {
    if (this.#records.length < mostRecords) this.#records.push(record);
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

const kindOf = (requestId: string): DecisionKind => requestId.split('-', 1)[0] as DecisionKind;

function decidedBy({ decision, by, note, draft, amount }: Decision, way: DecisionWay, at: string): Decided {
  const more = { ...(note !== undefined && { note }), ...(draft !== undefined && { draft }) };
  return { decision, by, ...more, ...(amount !== undefined && { amount }), way, at };
}

function recordOf({ requestId, kind, asked, since }: DecisionRequest, decided: Decided): DecisionRecord {
  const { decision, by, note, amount, way, at } = decided;
  const more = { ...(note !== undefined && { note }), ...(amount !== undefined && { amount }) };
  return { requestId, kind, asked, decision, by, ...more, way, askedAt: since, decidedAt: at };
}

/** What a decision for a request is answered that waits no longer. */
function afterwards({ request, decided }: OpenRequest, decision: Decision): DecisionAnswer {
  if (decided === null) return { kind: 'too-late', reason: 'the run waits for it no longer' };
  const { by, at, way } = decided;
  if (by !== null && isSame({ ...decided, by, requestId: request.requestId }, decision)) return { kind: 'applied' };
  const who = by ?? (way === 'timer' ? 'the timer' : 'whoever resumed the run');
  return { kind: 'too-late', reason: `${who} decided it at ${at}: ${decided.decision}` };
}

function isSame(one: Decision, other: Decision): boolean {
  const text = ({ requestId, decision, by, note, draft, amount }: Decision) =>
    JSON.stringify([requestId, decision, by, note, draft?.answer, draft?.citations, amount]);
  return text(one) === text(other);
}

/** Why a decision cannot be applied to a request; null where it can. */
function problemOf(
  { choices, limit, most }: DecisionRequest,
  { decision, note, draft, amount }: Decision,
): string | null {
  const found = choices.find(({ choice }) => choice === decision);
  if (found === undefined)
    return `"${decision}" is none of the choices: ${choices.map(({ choice }) => choice).join(', ')}`;
  if (found.needs === 'note' && (note ?? '').trim() === '')
    return `"${decision}" needs a note that says what to change`;
  if (found.needs === 'draft' && draft === undefined) return `"${decision}" needs the text of the answer`;
  if (found.needs !== 'amount') return null;
  if (amount === undefined || amount <= 0) return `"${decision}" needs an amount above 0`;
  if (most !== undefined && amount > most) return `the limit can be raised by ${most} at most`;
  return limit === 'costUsd' || Number.isSafeInteger(amount) ? null : `"${decision}" needs a whole number`;
}
