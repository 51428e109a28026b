/** Delegation: each chosen specialist works alone, turn by turn, until it has a draft or its limits end it. */
import { isCancellation } from '@temporalio/workflow';
import type { SpecialistCall, ToolAnswer } from '../../contracts/agent-calls.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { SpecialistOutput, SpecialistTurn } from '../../contracts/agent.ts';
import type { SpecialistSpec } from '../../contracts/pipeline.ts';
import type { RunToolInput, ToolRequest } from '../../contracts/tools.ts';
import { type Branch, sideBySide } from './branch.ts';
import { Unavailable } from './failures.ts';
import { BudgetSpent } from './budget.ts';
import { usableTurn } from './repairs.ts';
import type { Run } from './state.ts';
import { toolSummary, turnSummary } from './ui.ts';

/** Model calls kept back for the judge and the synthesizer when a specialist nears the end of the budget. */
const callsKept = 2;

/** What the gate sends back with a weak draft. */
export type Feedback = { reasons: readonly string[]; earlierDraft: ContentId | null };

/**
 * Runs the named specialists side by side. One that fails leaves a `failed` result behind while another has something to
 * show; when none has, the failure is the run's.
 * @throws BudgetSpent, Unavailable, the cancellation
 */
export async function delegate(
  run: Run,
  routes: readonly string[],
  feedback: Feedback | null,
): Promise<SpecialistOutput[]> {
  const specialists = routes.map((route) => specialistNamed(run, route));
  run.say('delegating', `${routes.join(' and ')} at work`);
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
  let call: SpecialistCall = {
    kind: 'opening',
    snapshot: run.snapshot,
    question: run.state.question,
    specialist,
    review: [...(feedback?.reasons ?? [])],
    earlierDraft: feedback?.earlierDraft ?? null,
    mustAnswer: specialist.turnLimit === 1 || run.budget.shouldAnswer(branch, callsKept),
  };
  for (let turnNumber = 1; ; turnNumber += 1) {
    const turn = await fittingTurn(run, { name: specialist.name, tryNumber, branch }, call);
    switch (turn.kind) {
      case 'unparsable':
        return record(run, emptyOutput(run, specialist.name, 'empty', turn.problem));
      case 'draft':
        return record(run, draftOutput(specialist.name, tryNumber, turn));
      case 'tools': {
        const answers = await runTools(run, specialist, tryNumber, turn.requests);
        const last = turnNumber + 1 >= specialist.turnLimit;
        const mustAnswer = last || run.budget.shouldAnswer(branch, callsKept);
        call = { kind: 'next', turn: turn.turn, answers, mustAnswer };
        break;
      }
      default:
        throw turn satisfies never;
    }
  }
}

/** A turn that does not fit becomes the last one, which is asked with less of what the tools have shown. */
async function fittingTurn(run: Run, worker: Worker, call: SpecialistCall): Promise<SpecialistTurn> {
  try {
    return await nextTurn(run, worker, call);
  } catch (error) {
    const noRoom = error instanceof BudgetSpent && error.limit !== 'modelCalls';
    if (!noRoom || call.kind !== 'next' || call.mustAnswer) throw error;
    return nextTurn(run, worker, { ...call, mustAnswer: true });
  }
}

type Worker = { name: string; tryNumber: number; branch: Branch };

function nextTurn(run: Run, { name, tryNumber, branch }: Worker, call: SpecialistCall): Promise<SpecialistTurn> {
  const { callSpecialist } = run.calls.models;
  const scope = { stage: 'specialist', specialist: name, try: tryNumber } as const;
  const { mustAnswer } = call;
  const purpose = mustAnswer ? 'answer now' : 'think';
  return usableTurn<SpecialistCall, SpecialistTurn>(call, purpose, mustAnswer, (each, why) =>
    run.paid(
      scope,
      (payment) => callSpecialist.executeWithOptions({ summary: turnSummary(name, tryNumber, why) }, [each, payment]),
      branch,
    ),
  );
}

/** Runs the requested tools side by side; what a model asked for wrongly comes back to it as a tool error. */
async function runTools(
  run: Run,
  specialist: SpecialistSpec,
  tryNumber: number,
  requests: readonly ToolRequest[],
): Promise<ToolAnswer[]> {
  const { name, tools: allowed } = specialist;
  const done = await Promise.all(
    requests.map(async (request) => {
      const summary = toolSummary(name, tryNumber, request);
      const scope = { stage: 'specialist', specialist: name, try: tryNumber } as const;
      const ordered = await rerankedPlaces(run, { request, allowed, scope }, summary);
      const input = { snapshot: run.snapshot, request, allowed, scope, ...ordered };
      const result = await run.unpaid(() => run.calls.tools.runTool.executeWithOptions({ summary }, [input]));
      return { result, order: ordered.order };
    }),
  );
  done.forEach(({ result: { status, content, evidence } }, at) => {
    const { tool = '', argumentsText = '' } = requests[at] ?? {};
    const paths = [...new Set(evidence.map(({ path }) => path))];
    run.state.tools_called.push({ specialist: name, try: tryNumber, tool, argumentsText, status, content, paths });
  });
  return done.map(({ result: { callId, content, renderer }, order }) => ({
    callId,
    content,
    renderer,
    ...(order === undefined ? {} : { order }),
  }));
}

type Ordered = Pick<RunToolInput, 'order' | 'notReranked'>;

/** What a model puts first of a search, where the pipeline asks for it; without it the search's own order stays. */
async function rerankedPlaces(
  run: Run,
  { request, allowed, scope }: Pick<RunToolInput, 'request' | 'allowed' | 'scope'>,
  summary: string,
): Promise<Ordered> {
  const { rerank } = run.input.pipeline;
  const isSearch = request.tool === 'search_code' || request.tool === 'search_docs';
  if (rerank === undefined || !isSearch || !allowed.includes(request.tool)) return {};
  if (run.budget.nearlySpent(callsKept)) return notReranked('the budget is nearly spent');
  const call = { snapshot: run.snapshot, request, rerank };
  const given = await run.paidOrNot(scope, (payment) =>
    run.calls.rerankers.rerankPlaces.executeWithOptions({ summary: `${summary}: rerank` }, [call, payment]),
  );
  if (given.result === null) return notReranked(given.why);
  const { order, problem } = given.result;
  if (problem !== undefined) return notReranked(problem);
  return order.length === 0 ? {} : { order };
}

function notReranked(why: string): Ordered {
  return { notReranked: `in the search's own order: ${why}`.slice(0, 300) };
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
  turn: Extract<SpecialistTurn, { kind: 'draft' }>,
): SpecialistOutput {
  const { answer, confidence, insufficient, gaps } = turn.draft;
  const made = { specialist, try: tryNumber, answer, confidence, insufficient, gaps, draftId: turn.draftId };
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
