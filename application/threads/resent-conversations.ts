/**
 * Turns of conversations whose clients resend the whole conversation and name no run: a turn is named by the one that it goes
 * on from and by its question. An edited question, or one that is asked again, makes a branch; the same request again finds the
 * run that goes on. What is remembered here saves looking: ids are made of what was said, so that a restart loses no thread.
 */
import { createHash } from 'node:crypto';
import { workflowTypes } from '../../contracts/names.ts';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { LruMap } from '../../lib/lru.ts';
import { turnPrefix } from '../../contracts/threads/thread.ts';
import { RunExists } from '../errors.ts';
import { findRun, type FoundRun, isOpen } from '../runs/find-run.ts';
import type { Session } from '../session/session.ts';
import { startTurn } from './start-turn.ts';
import { outcomeUnlessBroken } from './turns.ts';

/** `answer`: as the client shows it; null: it has none. */
export type ResentTurn = { question: string; answer: string | null };

export type ResentRequest = {
  thread: string;
  /** What is asked, such as the pipeline and the repository: the same question to another one is another turn. */
  scope: string;
  /** The turns before, the oldest first. */
  before: readonly ResentTurn[];
  /** A name that the client gives this try: the same name is the same run, another one a branch. Null: it gives none. */
  attempt: string | null;
  /** The client says that it sends the same again: it is given what it was given before. */
  isRetry: boolean;
  /** Whether that is the answer of this outcome, as this surface writes it. */
  isAnswerOf(answer: string, outcome: AnswerOutcome): boolean;
};

export type JoinedTurn = { workflowId: string; runId: string; joined: boolean };

/** An answer that nobody has received is given to whoever asks the same soon after. */
const undeliveredMs = 10 * 60_000;
const attemptsAtMost = 100;
const remembered = 10_000;

/** One for a whole server. */
export class ResentConversations {
  /** By what was said up to an answer: the run that gave it. */
  readonly #runs = new LruMap<string, string>(remembered);
  readonly #delivered = new LruMap<string, true>(remembered);

  /** The client has received the whole answer: to ask the same again is to want another one. */
  delivered(workflowId: string, { thread, before }: ResentRequest, turn: ResentTurn): void {
    this.#delivered.set(workflowId, true);
    this.#runs.set(saidKey(thread, [...before, turn]), workflowId);
  }

  /**
   * @param input without a thread
   * @returns the run of this turn, started now or before
   */
  async joinOrStart(
    session: Session,
    input: QuestionInput,
    request: ResentRequest,
    tenant: string | null,
  ): Promise<JoinedTurn> {
    const parent = await this.#parentOf(session, request);
    const base = turnName(parent, request.scope, input.question);
    for (let number = 1; number <= attemptsAtMost; number += 1) {
      const suffix = attemptName(base, request.attempt ?? number);
      try {
        const started = await startTurn(session, input, { thread: request.thread, after: parent }, { tenant, suffix });
        return { workflowId: started.workflowId, runId: started.runId, joined: false };
      } catch (error) {
        if (!(error instanceof RunExists)) throw error;
      }
      const there = await findRun(session, `${turnPrefix(request.thread)}${suffix}`);
      if (this.#mayJoin(there, request))
        return { workflowId: there.handle.workflowId, runId: there.runId, joined: true };
    }
    throw new RunExists(`${turnPrefix(request.thread)}${base}`);
  }

  #mayJoin(run: FoundRun, { attempt, isRetry }: ResentRequest): boolean {
    if (isOpen(run) || attempt !== null || isRetry) return true;
    const { closeTime } = run.description;
    const isFresh = closeTime !== undefined && Date.now() - closeTime.getTime() < undeliveredMs;
    return isFresh && !this.#delivered.has(run.handle.workflowId);
  }

  /** The last turn before that was one of ours; null: none was. */
  async #parentOf(session: Session, request: ResentRequest): Promise<string | null> {
    const { thread, before } = request;
    let from = before.length;
    while (from > 0 && !this.#runs.has(saidKey(thread, before.slice(0, from)))) from -= 1;
    let parent = from === 0 ? null : (this.#runs.get(saidKey(thread, before.slice(0, from))) ?? null);
    for (const [at, turn] of before.entries()) {
      if (at < from) continue;
      const run = await findTurn(session, parent, turn, request);
      if (run === null) continue;
      parent = run;
      this.#runs.set(saidKey(thread, before.slice(0, at + 1)), run);
    }
    return parent;
  }
}

/** Of several tries the one whose answer the client shows, else the newest. */
async function findTurn(
  session: Session,
  parent: string | null,
  { question, answer }: ResentTurn,
  { thread, scope, isAnswerOf }: ResentRequest,
): Promise<string | null> {
  const begin = `${turnPrefix(thread)}${turnName(parent, scope, question)}`;
  const query = `WorkflowType = '${workflowTypes.answerQuestion}' AND WorkflowId STARTS_WITH '${begin}'`;
  const tries: string[] = [];
  for await (const { workflowId, runId, closeTime } of session.client.workflow.list({ query, pageSize: 20 })) {
    tries.push(workflowId);
    const handle = session.client.workflow.getHandle(workflowId, runId);
    const outcome = closeTime === undefined ? null : await outcomeUnlessBroken(handle);
    if (answer !== null && outcome !== null && isAnswerOf(answer, outcome)) return workflowId;
    if (tries.length >= 20) break;
  }
  return tries[0] ?? null;
}

/** By its number, or by the name that the client gives it. */
function attemptName(base: string, attempt: number | string): string {
  if (attempt === 1) return base;
  return `${base}-${typeof attempt === 'number' ? attempt : digest([attempt]).slice(0, 12)}`;
}

function turnName(parent: string | null, scope: string, question: string): string {
  return `turn-${digest([parent, scope, question.trim()])}`;
}

const saidKey = (thread: string, turns: readonly ResentTurn[]): string =>
  digest([thread, ...turns.flatMap(({ question, answer }) => [question.trim(), answer?.trim() ?? null])]);

/** 125 bits, in letters and digits. */
function digest(parts: readonly (string | null)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return BigInt(`0x${hash}`).toString(36).padStart(25, '0');
}

/**
 * The thread of a conversation about a repository: of the client's own id for it, or of how it begins.
 * @param owner whose conversation it is: callers, and deployments that share a server, have no thread in common
 */
export function threadOfConversation(owner: readonly string[], how: 'named' | 'begins', text: string): string {
  return `chat-${digest([...owner, how, text.trim()])}`;
}
