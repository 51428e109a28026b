/** Asks the person at this terminal what a run asks people, one request after the other, unless somebody else is quicker. */
import { userInfo } from 'node:os';
import { createInterface, type Interface } from 'node:readline/promises';
import { decideRun } from '../../application/runs/decide-run.ts';
import type { Session } from '../../application/session/session.ts';
import type { Decision, DecisionRequest } from '../../contracts/decision.ts';
import type { RunProgress } from '../../contracts/run.ts';
import { messageOf } from '../../lib/errors.ts';
import { toldText } from '../runs/decide.ts';
import { readEditedDraft } from '../runs/edited-draft.ts';
import { requestText } from '../runs/request-text.ts';
import { note } from '../terminal/output.ts';

/** Whether this terminal has a person who can be asked. */
export function canAskHere(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Why what is asked needs no answer from here. */
type Reason = 'decided elsewhere' | 'no more input';
type Asking = { requestId: string; end: AbortController; ended: Promise<void> };

export class DecisionsHere implements AsyncDisposable {
  readonly #session: Session;
  readonly #workflowId: string;
  readonly #interrupt: AbortSignal;
  readonly #done = new Set<string>();
  #asking: Asking | null = null;

  /** @param interrupt aborted: the person has left, and is told nothing more of what was asked */
  constructor(session: Session, workflowId: string, interrupt: AbortSignal) {
    this.#session = session;
    this.#workflowId = workflowId;
    this.#interrupt = interrupt;
  }

  /** True while a person types: nothing else is to be written then. */
  get isAsking(): boolean {
    return this.#asking !== null;
  }

  /** Takes what the run asks now; it is asked here unless it was, or until another has decided. */
  update({ pending = [] }: Pick<RunProgress, 'pending'>): void {
    const asking = this.#asking;
    if (asking !== null && pending.every(({ requestId }) => requestId !== asking.requestId))
      asking.end.abort('decided elsewhere' satisfies Reason);
    const next = pending.find(({ requestId }) => !this.#done.has(requestId));
    if (this.#asking !== null || next === undefined) return;
    const end = new AbortController();
    const ended = this.#ask(next, end).finally(() => {
      this.#asking = null;
    });
    this.#asking = { requestId: next.requestId, end, ended };
  }

  async #ask(request: DecisionRequest, end: AbortController): Promise<void> {
    const { requestId } = request;
    note(`\n${requestText(request)}`);
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    // A terminal that is read line by line keeps Ctrl-C to itself.
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    // Ctrl-D: a question that is open then is never answered.
    terminal.once('close', () => end.abort('no more input' satisfies Reason));
    try {
      while (!this.#done.has(requestId)) {
        const decision = await decisionFrom(terminal, request, end.signal);
        if (decision === null) continue;
        const told = await decideRun(this.#session, this.#workflowId, decision);
        note(toldText(this.#workflowId, decision, told));
        if (told.kind !== 'refused') this.#done.add(requestId);
      }
    } catch (error) {
      this.#done.add(requestId);
      if (!end.signal.aborted) note(messageOf(error));
      else if (!this.#interrupt.aborted) note(this.#endText(request, end.signal.reason as Reason));
    } finally {
      terminal.close();
    }
  }

  #endText({ requestId, choices }: DecisionRequest, reason: Reason): string {
    if (reason === 'decided elsewhere') return `\n${requestId} was decided elsewhere, or its time is over`;
    const among = choices.map(({ choice }) => choice).join('|');
    return `\n${requestId} is left open: switchyard runs decide ${this.#workflowId} ${requestId} ${among}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const asking = this.#asking;
    asking?.end.abort('decided elsewhere' satisfies Reason);
    await asking?.ended;
  }
}

/** Null where what was typed is no choice. */
async function decisionFrom(
  terminal: Interface,
  { requestId, choices, kind }: DecisionRequest,
  signal: AbortSignal,
): Promise<Decision | null> {
  const ask = async (what: string) => (await terminal.question(`${what}: `, { signal })).trim();
  const typed = await ask(`${requestId} (${choices.map(({ choice }) => choice).join(', ')})`);
  const found = choices.find(({ choice }) => choice === typed);
  if (found === undefined) {
    if (typed !== '') note(`"${typed}" is none of them`);
    return null;
  }
  const decision: Decision = { requestId, decision: typed, by: userInfo().username };
  if (found.needs === 'amount') return { ...decision, amount: Number(await ask('by how much')) };
  if (found.needs === 'draft') return withDraft(decision, await ask('file with the new text'));
  const mayHaveNote =
    kind === 'clarify' || (kind === 'try' && typed !== 'give-up') || (kind === 'tool' && typed === 'refuse');
  if (found.needs !== 'note' && !mayHaveNote) return decision;
  const said = await ask(found.needs === 'note' ? 'note' : 'note (may be empty)');
  return said === '' ? decision : { ...decision, note: said };
}

function withDraft(decision: Decision, file: string): Decision | null {
  try {
    return { ...decision, draft: readEditedDraft(file) };
  } catch (error) {
    note(messageOf(error));
    return null;
  }
}
