/**
 * What a fork will take of the run before it, and what it will pay, told before it starts. Pure.
 *
 * 1. `taken`: nothing that the call rests on is changed or paid, and its reply is kept.
 * 2. `paid`: the call itself is another one, is asked anew, or has no reply any more.
 * 3. `follows`: it alone would be taken, and rests on one that is paid: it is paid unless that one's reply comes out the same.
 * 4. `not-asked`: the fork takes another way.
 *
 * Of calls that the run before it has not made, nothing is known.
 */
import type { CallOfRun, ForkOf, KeptReplies } from '../../contracts/reuse.ts';
import { restsOn } from '../../contracts/run-steps.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { addUsage, noUsage } from '../../contracts/usage-sum.ts';

import type { RunCall } from './run-calls.ts';

export type PlannedCall = Pick<RunCall, 'name' | 'usage'> & {
  state: 'taken' | 'paid' | 'follows' | 'not-asked';
  /** Why it is not taken; null where it is. */
  why: string | null;
};

export type ForkPlan = {
  calls: PlannedCall[];
  /** Replies that are not kept any more. */
  gone: number;
  /** What is certain to be paid, and all that may be, by what it cost before. */
  certain: Sum;
  atMost: Sum;
  /** Specialists that the run before has not asked: what they take is not known. */
  unknown: string[];
};

type Sum = { calls: number; tokens: number; costUsd: number | null };

type Both = { before: QuestionInput; now: QuestionInput };

export function planFork(
  calls: readonly RunCall[],
  { before, now }: Both,
  { from }: Pick<ForkOf, 'from'>,
  kept: KeptReplies,
): ForkPlan {
  const paid: RunCall[] = [];
  const planned = calls.map((call): PlannedCall => {
    const { name, usage } = call;
    const skipped = notAsked(call, now);
    if (skipped !== null) return { name, usage, state: 'not-asked', why: skipped };
    const changed = changeOf(call, { before, now });
    const anew = from !== undefined && restsOn(call.step, from) ? 'asked anew' : null;
    const cause = paid.find((each) => restsOn(call.step, each.step));
    const why = anew ?? changed ?? lostReply(kept[call.key]);
    if (why === null && cause === undefined) return { name, usage, state: 'taken', why: null };
    paid.push(call);
    if (why !== null) return { name, usage, state: 'paid', why };
    return { name, usage, state: 'follows', why: `it rests on ${cause?.name ?? 'one that is paid'}` };
  });
  const asked = new Set(calls.map(({ step }) => step.specialist));
  const { forcedRoute } = now;
  return {
    calls: planned,
    gone: calls.filter(({ key }) => kept[key] === 'gone').length,
    certain: sumOf(planned.filter(({ state }) => state === 'paid')),
    atMost: sumOf(planned.filter(({ state }) => state === 'paid' || state === 'follows')),
    unknown: forcedRoute !== null && !asked.has(forcedRoute) ? [forcedRoute] : [],
  };
}

/** Of which model a fork would ask each of them. */
export function callsToLookFor(calls: readonly RunCall[], { pipeline }: QuestionInput): CallOfRun[] {
  return calls.map((call) => {
    const role = call.agent === 'reranker' ? 'judge' : call.agent;
    return { key: call.key, role, model: specOf(call, pipeline)?.model ?? null };
  });
}

function lostReply(kept: KeptReplies[string] | undefined): string | null {
  if (kept === 'kept') return null;
  return kept === 'other-model' ? 'another model answers' : 'its reply is not kept any more';
}

function notAsked({ step, agent }: RunCall, { forcedRoute, pipeline }: QuestionInput): string | null {
  if (agent === 'router') {
    if (forcedRoute !== null) return 'the route is given';
    return pipeline.router === null ? 'the pipeline has no router' : null;
  }
  if (step.specialist !== undefined && !pipeline.specialists.some(({ name }) => name === step.specialist))
    return 'the pipeline has no such specialist';
  const first = (step.round ?? 1) === 1;
  if (forcedRoute !== null && first && step.specialist !== undefined && step.specialist !== forcedRoute)
    return 'another route is taken';
  return null;
}

/** Why a call asks something else by itself; null where it does not. */
function changeOf(call: RunCall, { before, now }: Both): string | null {
  if (before.question !== now.question) return 'the question is another';
  if (call.agent === 'router') {
    const read = ({ pipeline: { router, specialists } }: QuestionInput) =>
      textOf([router, specialists.map(({ name, purpose }) => ({ name, purpose }))]);
    return read(before) === read(now) ? null : 'the router, or what it chooses from, is changed';
  }
  const asked = (pipeline: PipelineSpec) => {
    const { turnLimit: _, fallbackModel: __, ...spec } = { turnLimit: 0, fallbackModel: '', ...specOf(call, pipeline) };
    return textOf(spec);
  };
  return asked(before.pipeline) === asked(now.pipeline) ? null : `the ${call.agent} is changed`;
}

/** What a pipeline says of the agent that was called. */
function specOf({ agent, step }: RunCall, pipeline: PipelineSpec) {
  switch (agent) {
    case 'router':
      return pipeline.router;
    case 'judge':
      return pipeline.gate?.judge ?? null;
    case 'synthesizer':
      return pipeline.synthesis;
    case 'reranker':
      return pipeline.rerank ?? null;
    case 'specialist': {
      const spec = pipeline.specialists.find(({ name }) => name === step.specialist);
      const stronger = (step.round ?? 1) > 1 ? pipeline.gate?.retryModel : undefined;
      return spec === undefined || stronger === undefined ? (spec ?? null) : { ...spec, model: stronger };
    }
  }
}

function sumOf(calls: readonly PlannedCall[]): Sum {
  const { inputTokens, outputTokens, costUsd } = calls.reduce((sum, { usage }) => addUsage(sum, usage), noUsage);
  return { calls: calls.length, tokens: inputTokens + outputTokens, costUsd: calls.length === 0 ? 0 : costUsd };
}

/** The same for equal values, whatever the order of their keys. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
