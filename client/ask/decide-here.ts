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

type Asking = { requestId: string; elsewhere: AbortController };

export class DecisionsHere implements Disposable {
  readonly #session: Session;
  readonly #workflowId: string;
  readonly #done = new Set<string>();
  #asking: Asking | null = null;

  constructor(session: Session, workflowId: string) {
    this.#session = session;
    this.#workflowId = workflowId;
  }

  /** True while a person types: nothing else is to be written then. */
  get isAsking(): boolean {
    return this.#asking !== null;
  }

  /** Takes what the run asks now; it is asked here unless it was, or until another has decided. */
  update({ pending = [] }: Pick<RunProgress, 'pending'>): void {
    const asking = this.#asking;
    if (asking !== null && pending.every(({ requestId }) => requestId !== asking.requestId)) asking.elsewhere.abort();
    const next = pending.find(({ requestId }) => !this.#done.has(requestId));
    if (this.#asking !== null || next === undefined) return;
    const begun = { requestId: next.requestId, elsewhere: new AbortController() };
    this.#asking = begun;
    void this.#ask(next, begun).finally(() => {
      this.#asking = null;
    });
  }

  async #ask(request: DecisionRequest, { elsewhere }: Asking): Promise<void> {
    const { requestId } = request;
    note(`\n${requestText(request)}`);
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    // A terminal that is read line by line keeps Ctrl-C to itself.
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    try {
      while (!this.#done.has(requestId)) {
        const decision = await decisionFrom(terminal, request, elsewhere.signal);
        if (decision === null) continue;
        const told = await decideRun(this.#session, this.#workflowId, decision);
        note(toldText(this.#workflowId, decision, told));
        if (told.kind !== 'refused') this.#done.add(requestId);
      }
    } catch (error) {
      this.#done.add(requestId);
      if (elsewhere.signal.aborted) note(`\n${requestId} was decided elsewhere, or its time is over`);
      else note(messageOf(error));
    } finally {
      terminal.close();
    }
  }

  [Symbol.dispose](): void {
    this.#asking?.elsewhere.abort();
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
