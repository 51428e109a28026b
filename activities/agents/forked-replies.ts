/**
 * A model call of a fork, among what the runs before it have left (models/earlier-runs.ts).
 *
 * 1. A reply is found by the whole request, the model and the endpoint. Where a run has asked the same several times, the
 *    one of the same place in its course is taken, else the last.
 * 2. What is no whole reply is not taken: one that a budget has cut short, or that its endpoint could not read; nor one that
 *    takes more than the call is granted now.
 * 3. What the tools of a turn gave is found by the turn that has asked for them.
 */
import type { Payment, SpecialistCall } from '../../contracts/agent-calls.ts';
import type { ChatReply, ChatRequest } from '../../contracts/chat.ts';
import type { ModelPrice } from '../../contracts/model/price.ts';
import type { TakenFrom } from '../../contracts/reuse.ts';
import type { ToolResult } from '../../contracts/tools.ts';
import type { ReusedFrom, RunRef, SpanRecord, SpanScope } from '../../contracts/trace.ts';
import type { EarlierRuns } from '../../models/earlier-runs.ts';
import { replyKind } from '../../models/journal-entry.ts';
import { digest, type RunEntry } from '../../models/journal-entry.ts';
import type { ContentStore } from '../../retrieval/store/content-store.ts';
import { asReused, wasCutByGrant } from './reused-replies.ts';
import { stepKind, turnKind } from './turn-results.ts';

type Of = {
  earlierRuns: EarlierRuns;
  payment: Pick<Payment, 'fork' | 'scope' | 'grant'>;
  /** Of the request with the model's name. */
  hashOf: (request: ChatRequest) => string;
  price: ModelPrice | null;
};

/** @returns the first of these requests that was answered before, with its reply; null: a model has to be asked */
export async function forkedReply(
  { earlierRuns, payment: { fork, scope, grant }, hashOf, price }: Of,
  requests: readonly ChatRequest[],
): Promise<{ request: ChatRequest; reply: ChatReply; from: ReusedFrom } | null> {
  if (fork === undefined || fork.only === 'tools') return null;
  for (const request of requests) {
    const requestHash = hashOf(request);
    const fits = ({ key, value: { usage, slip, ...reply } }: RunEntry<ChatReply>) =>
      key.requestHash === requestHash &&
      slip === undefined &&
      !wasCutByGrant(request, { ...reply, usage }) &&
      (grant === undefined || usage.inputTokens + usage.outputTokens <= grant.tokens);
    for (const run of fork.runs) {
      const found = (await earlierRuns.entries(replyKind, run)).filter(fits);
      const entry = found.findLast(({ about }) => about !== undefined && isSamePlace(about.scope, scope));
      const taken = entry ?? found.at(-1);
      if (taken !== undefined) return { request, reply: asReused(taken.value, price), from: fromOf(run, taken) };
    }
  }
  return null;
}

/** What else than its name decides which model answers, for those who compare it. */
export const endpointHash = (endpoint: string): string => digest(endpoint).slice(0, 16);

const isSamePlace = (one: SpanScope, other: SpanScope): boolean =>
  one.stage === other.stage && one.specialist === other.specialist && one.try === other.try;

const fromOf = ({ workflowId, runId }: RunRef, { atMs }: RunEntry<unknown>): ReusedFrom => ({
  ...{ workflowId, runId },
  at: new Date(atMs).toISOString(),
});

type Turn = Pick<Extract<SpecialistCall, { kind: 'tools' }>, 'requests' | 'turn'> & {
  payment: Pick<Payment, 'fork'>;
};

type Taken = { value: ToolResult; span: Partial<SpanRecord> };

/** What the tools of this turn gave, by the number of the request; `result` gives null for what has to be run. */
export async function forkedResults(
  { earlierRuns, content }: { earlierRuns: EarlierRuns; content: ContentStore },
  { turn, requests, payment: { fork } }: Turn,
): Promise<{ result(at: number): Taken | null }> {
  for (const run of fork?.runs ?? []) {
    const found = (await earlierRuns.entries(turnKind, run)).findLast(
      ({ value }) => value.turn === turn && value.results.every(({ callId }, at) => callId === requests[at]?.callId),
    );
    if (found === undefined || found.value.results.length !== requests.length) continue;
    const { results } = found.value;
    if (!(await areStored(content, results))) continue;
    const taken = results.map((value) => ({ value, span: { output: value.content, reused: fromOf(run, found) } }));
    return { result: (at) => taken[at] ?? null };
  }
  return { result: () => null };
}

/** The n-th time that a run asks this of a tool, it gets what it gave the run before it the n-th time. */
export async function forkedStep(
  { earlierRuns, content }: { earlierRuns: EarlierRuns; content: ContentStore },
  fork: TakenFrom | undefined,
  { requestHash, before }: { requestHash: string; before: number },
): Promise<Taken | null> {
  for (const run of fork?.runs ?? []) {
    const found = (await earlierRuns.entries(stepKind, run)).filter(({ key }) => key.requestHash === requestHash)[
      before
    ];
    if (found === undefined || !(await areStored(content, [found.value]))) continue;
    return { value: found.value, span: { output: found.value.content, reused: fromOf(run, found) } };
  }
  return null;
}

/** Stored again, so that the texts are as young as the fork that needs them now. */
async function areStored(content: ContentStore, results: readonly ToolResult[]): Promise<boolean> {
  try {
    for (const { content: id } of results) await content.put(await content.get(id));
    return true;
  } catch {
    return false;
  }
}
