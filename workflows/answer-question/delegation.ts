/** Delegation: the chosen specialists work side by side, and what each has come to is kept in the state. */
import { isCancellation } from '@temporalio/workflow';
import type { SpecialistOutput, SpecialistResult } from '../../contracts/agent.ts';
import type { SpecialistSpec } from '../../contracts/pipeline.ts';
import { type Branch, sideBySide } from './branch.ts';
import { BudgetSpent } from './limits/budget.ts';
import { Unavailable } from './failures.ts';
import { type Feedback, untilDraft } from './specialist.ts';
import type { Run } from './state.ts';

/**
 * Runs the named specialists side by side. One that fails leaves a `failed` result behind while another has something to
 * show; when none has, the failure is the run's.
 * @param feedback what the gate said of the draft before; null in the first round
 * @throws BudgetSpent, Unavailable, the cancellation
 */
export async function delegate(
  run: Run,
  routes: readonly string[],
  feedback: Feedback | null,
): Promise<SpecialistOutput[]> {
  const specialists = routes.map((route) => specialistNamed(run, route));
  run.visibility.say('delegating', `${routes.join(' and ')} at work`);
  for (const route of routes) if (!run.state.routes_run.includes(route)) run.state.routes_run.push(route);
  const settled = await sideBySide(
    run.budget,
    specialists,
    ({ name }) => name,
    (specialist, branch) => work(run, specialist, { feedback, branch }),
  );
  const worked = settled.some((result) => result.status === 'fulfilled');
  return settled.map((result, at) => {
    if (result.status === 'fulfilled') return result.value;
    const { reason } = result as { reason: unknown };
    const expected = reason instanceof BudgetSpent || reason instanceof Unavailable;
    if (!worked || !expected || isCancellation(reason)) throw reason;
    return record(run, emptyOutput(run, routes[at] ?? '', 'failed', reason.message));
  });
}

type Assignment = { feedback: Feedback | null; branch: Branch };

async function work(run: Run, spec: SpecialistSpec, { feedback, branch }: Assignment): Promise<SpecialistOutput> {
  const tryNumber = triesOf(run, spec.name) + 1;
  const specialist = withRetryModel(run, spec, feedback);
  const round = run.state.retry_count + 1;
  const reply = await untilDraft(run, { specialist, tryNumber, round, branch }, feedback);
  if (reply.kind === 'unparsable') return record(run, emptyOutput(run, specialist.name, 'empty', reply.problem));
  return record(run, draftOutput(specialist.name, tryNumber, reply));
}

function specialistNamed(run: Run, route: string): SpecialistSpec {
  const found = run.input.pipeline.specialists.find((specialist) => specialist.name === route);
  if (found === undefined) throw new Error(`the pipeline has no specialist "${route}"`);
  return found;
}

/** Tries after the first may use a stronger model. */
function withRetryModel(run: Run, specialist: SpecialistSpec, feedback: Feedback | null): SpecialistSpec {
  const model = run.input.pipeline.gate?.retryModel;
  return feedback === null || model === undefined ? specialist : { ...specialist, model };
}

const triesOf = (run: Run, specialist: string): number =>
  run.state.specialist_output.filter((output) => output.specialist === specialist).length;

function record({ state }: Run, made: SpecialistOutput): SpecialistOutput {
  const output = { ...made, round: state.retry_count + 1 };
  state.specialist_output.push(output);
  return output;
}

function draftOutput(
  specialist: string,
  tryNumber: number,
  reply: Extract<SpecialistResult, { kind: 'draft' }>,
): SpecialistOutput {
  const { answer, confidence, insufficient, gaps } = reply.draft;
  const made = { specialist, try: tryNumber, answer, confidence, insufficient, gaps, draftId: reply.draftId };
  return { ...made, kind: 'draft', citations: [], accepted: null, reasons: [] };
}

function emptyOutput(run: Run, specialist: string, kind: 'empty' | 'failed', reason: string): SpecialistOutput {
  const nothing = {
    answer: '',
    citations: [],
    confidence: 0,
    insufficient: false,
    gaps: [],
    draftId: null,
    accepted: null,
  };
  return { ...nothing, specialist, try: triesOf(run, specialist) + 1, kind, reasons: [reason] };
}
