/** One specialist at work: turn by turn, with the tools that it asks for, until it has a draft or its limits end it. */
import type { SpecialistCall, ToolAnswer } from '../../contracts/agent-calls.ts';
import type { SpecialistResult } from '../../contracts/agent.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { SpecialistSpec } from '../../contracts/pipeline.ts';
import type { RunToolInput, ToolRequest, ToolResult } from '../../contracts/tools.ts';
import { subjectOf } from './absence.ts';
import type { Branch } from './branch.ts';
import { BudgetSpent } from './budget.ts';
import { callAgent, callTool, tryModel } from './calls.ts';
import { type Run, snapshotOf } from './state.ts';
import { inShort } from './visibility.ts';

/** Model calls kept back for the judge and the synthesizer when a specialist nears the end of the budget. */
const callsKept = 2;

/** What the gate sends back with a weak draft. */
export type Feedback = { reasons: readonly string[]; earlierDraft: ContentId | null };

/** A specialist in one of its tries, as a branch of the budget. */
export type SpecialistTry = { specialist: SpecialistSpec; tryNumber: number; branch: Branch };

/** @throws BudgetSpent, Unavailable, the cancellation */
export async function untilDraft(
  run: Run,
  specialistTry: SpecialistTry,
  feedback: Feedback | null,
): Promise<Exclude<SpecialistResult, { kind: 'tools' }>> {
  const { specialist, branch } = specialistTry;
  const mustAnswer = (turnNumber: number) =>
    turnNumber >= specialist.turnLimit || run.budget.shouldAnswer(branch, callsKept);
  let call: SpecialistCall = {
    kind: 'opening',
    snapshot: snapshotOf(run),
    question: run.state.question,
    specialist,
    review: [...(feedback?.reasons ?? [])],
    earlierDraft: feedback?.earlierDraft ?? null,
    mustAnswer: mustAnswer(1),
  };
  for (let turnNumber = 1; ; turnNumber += 1) {
    const reply = await fittingReply(run, specialistTry, call);
    if (reply.kind !== 'tools') return reply;
    const answers = await runTools(run, specialistTry, reply.requests);
    call = { kind: 'next', turn: reply.turn, answers, mustAnswer: mustAnswer(turnNumber + 1) };
  }
}

/** A turn that does not fit becomes the last one, which is asked with less of what the tools have shown. */
async function fittingReply(run: Run, specialistTry: SpecialistTry, call: SpecialistCall): Promise<SpecialistResult> {
  try {
    return await askSpecialist(run, specialistTry, call);
  } catch (error) {
    const noRoom = error instanceof BudgetSpent && error.limit !== 'modelCalls';
    if (!noRoom || call.kind !== 'next' || call.mustAnswer) throw error;
    return askSpecialist(run, specialistTry, { ...call, mustAnswer: true });
  }
}

function askSpecialist(run: Run, specialistTry: SpecialistTry, call: SpecialistCall): Promise<SpecialistResult> {
  const { branch } = specialistTry;
  const { mustAnswer } = call;
  const purpose = mustAnswer ? 'answer now' : 'think';
  const about = { scope: scopeOf(specialistTry), branch, who: nameOf(specialistTry), purpose, mustAnswer };
  return callAgent(run, 'callSpecialist', call, about);
}

/** Runs the requested tools side by side; what a model asked for wrongly comes back to it as a tool error. */
async function runTools(
  run: Run,
  specialistTry: SpecialistTry,
  requests: readonly ToolRequest[],
): Promise<ToolAnswer[]> {
  const { specialist, tryNumber } = specialistTry;
  const done = await Promise.all(requests.map((request) => runTool(run, specialistTry, request)));
  done.forEach(({ result: { status, content, evidence, problem } }, at) => {
    const { tool = '', argumentsText = '' } = requests[at] ?? {};
    const paths = [...new Set(evidence.map(({ path }) => path))];
    const called = { specialist: specialist.name, try: tryNumber, tool, argumentsText, status, content, paths };
    run.state.tools_called.push({ ...called, ...(problem === undefined ? {} : { problem }) });
  });
  return done.map(({ result: { callId, content, renderer }, order }) => ({
    callId,
    content,
    renderer,
    ...(order === undefined ? {} : { order }),
  }));
}

type Ordered = Pick<RunToolInput, 'order' | 'notReranked'>;

async function runTool(
  run: Run,
  specialistTry: SpecialistTry,
  request: ToolRequest,
): Promise<{ result: ToolResult; order: Ordered['order'] | undefined }> {
  const summary = inShort(`${nameOf(specialistTry)}: ${request.tool} ${subjectOf(request.argumentsText)}`);
  const ordered = await rerankedPlaces(run, specialistTry, { request, summary });
  const { tools: allowed } = specialistTry.specialist;
  const input = { snapshot: snapshotOf(run), request, allowed, scope: scopeOf(specialistTry), ...ordered };
  return { result: await callTool(run, 'runTool', input, summary), order: ordered.order };
}

/** What a model puts first of a search, where the pipeline asks for it; without it the search's own order stays. */
async function rerankedPlaces(
  run: Run,
  specialistTry: SpecialistTry,
  { request, summary }: { request: ToolRequest; summary: string },
): Promise<Ordered> {
  const { rerank } = run.input.pipeline;
  const isSearch = request.tool === 'search_code' || request.tool === 'search_docs';
  if (rerank === undefined || !isSearch || !specialistTry.specialist.tools.includes(request.tool)) return {};
  if (run.budget.nearlySpent(callsKept)) return notReranked('the budget is nearly spent');
  const call = { snapshot: snapshotOf(run), request, rerank };
  const about = { scope: scopeOf(specialistTry), summary: `${summary}: rerank` };
  const reranked = await tryModel(run, 'rerankPlaces', call, about);
  if (reranked.result === null) return notReranked(reranked.why);
  const { order, problem } = reranked.result;
  if (problem !== undefined) return notReranked(problem);
  return order.length === 0 ? {} : { order };
}

function notReranked(why: string): Ordered {
  return { notReranked: `in the search's own order: ${why}`.slice(0, 300) };
}

const scopeOf = ({ specialist, tryNumber }: SpecialistTry) =>
  ({ stage: 'specialist', specialist: specialist.name, try: tryNumber }) as const;

const nameOf = ({ specialist, tryNumber }: SpecialistTry) => `${specialist.name} specialist, try ${tryNumber}`;
