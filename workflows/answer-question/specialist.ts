/** One specialist at work: turn by turn, with the tools that it asks for, until it has a draft or its limits end it. */
import type { RunToolInput, SpecialistCall, ToolsFailed } from '../../contracts/agent-calls.ts';
import type { SpecialistResult } from '../../contracts/agent.ts';
import { toolNames } from '../../contracts/names.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { SpecialistSpec } from '../../contracts/pipeline.ts';
import type { ToolRequest } from '../../contracts/tools.ts';
import { summaryText } from '../../lib/printable.ts';
import { subjectOf } from './absence.ts';
import type { Branch } from './branch.ts';
import { BudgetSpent } from './limits/budget.ts';
import { callAgent, callTool, tryModel } from './calls.ts';
import { askedQuestion, hintsFor } from './follow-up.ts';
import { type AskedForeign, callForeignTools } from './foreign/calling.ts';
import { foreignFor, pinnedTool } from './foreign/pinning.ts';
import { takenByTool } from './forks.ts';
import { type Run, snapshotOf } from './state.ts';
import { type KnownResult, ToolTurn } from './tool-turn.ts';
import { toolsText } from './visibility.ts';

/** Model calls kept back for the judge and the synthesizer when a specialist nears the end of the budget. */
const callsKept = 2;

/** What the gate sends back with a weak draft. */
export type Feedback = { reasons: readonly string[]; earlierDraft: ContentId | null };

/** A specialist in one of its tries, as a branch of the budget. */
export type SpecialistTry = { specialist: SpecialistSpec; tryNumber: number; round: number; branch: Branch };

/** @throws BudgetSpent, Unavailable, the cancellation */
export async function untilDraft(
  run: Run,
  specialistTry: SpecialistTry,
  feedback: Feedback | null,
): Promise<Exclude<SpecialistResult, { kind: 'tools' }>> {
  const { specialist, branch } = specialistTry;
  const mustAnswer = (turnNumber: number) =>
    turnNumber >= specialist.turnLimit || run.budget.shouldAnswer(branch, callsKept);
  let reply = await askFirst(run, specialistTry, feedback, mustAnswer(1));
  for (let turnNumber = 2; reply.kind === 'tools'; turnNumber += 1) {
    const turn = new ToolTurn(run, { ...specialistTry, turnNumber: turnNumber - 1 }, reply);
    try {
      reply = await afterTools(run, specialistTry, turn, () => mustAnswer(turnNumber));
    } finally {
      turn.end();
    }
  }
  return reply;
}

/** The reply that follows a turn's tools. What could not be run with its call is run by itself. */
async function afterTools(
  run: Run,
  specialistTry: SpecialistTry,
  turn: ToolTurn,
  mustAnswer: () => boolean,
): Promise<SpecialistResult> {
  if (!isFused(run, specialistTry, turn)) await runMissing(run, specialistTry, turn);
  const reply = await askNext(run, specialistTry, turn, mustAnswer());
  if (reply.kind !== 'tools-failed') return reply;
  await runMissing(run, specialistTry, turn);
  const next = await askNext(run, specialistTry, turn, mustAnswer());
  if (next.kind === 'tools-failed') throw new Error('tools have failed in a call that had all results');
  return next;
}

async function askFirst(
  run: Run,
  specialistTry: SpecialistTry,
  feedback: Feedback | null,
  mustAnswer: boolean,
): Promise<SpecialistResult> {
  const call: SpecialistCall = {
    kind: 'opening',
    snapshot: snapshotOf(run),
    ...askedQuestion(run),
    specialist: specialistTry.specialist,
    review: [...(feedback?.reasons ?? [])],
    earlierDraft: feedback?.earlierDraft ?? null,
    ...hintsFor(run),
    ...foreignFor(run, specialistTry.specialist),
    mustAnswer,
  };
  const reply = await callAgent(run, 'callSpecialist', call, aboutCall(specialistTry, 1, mustAnswer));
  if (reply.kind === 'tools-failed') throw new Error('an opening has no tools to run');
  return reply;
}

/** A turn that does not fit becomes the last one, which is asked with less of what the tools have shown. */
async function askNext(
  run: Run,
  specialistTry: SpecialistTry,
  turn: ToolTurn,
  mustAnswer: boolean,
): Promise<SpecialistResult | ToolsFailed> {
  const ask = (last: boolean) => {
    const { onDone } = turn;
    const about = { ...aboutCall(specialistTry, turn.number + 1, last, turn.missing), onDone };
    return callAgent(run, 'callSpecialist', () => turn.call(last), about);
  };
  try {
    return await ask(mustAnswer);
  } catch (error) {
    const noRoom = error instanceof BudgetSpent && error.limit !== 'modelCalls';
    if (!noRoom || mustAnswer) throw error;
    return ask(true);
  }
}

function aboutCall(
  specialistTry: SpecialistTry,
  turn: number,
  mustAnswer: boolean,
  tools: readonly ToolRequest[] = [],
) {
  const { branch, round } = specialistTry;
  const { fallbackModel } = specialistTry.specialist;
  const asked = mustAnswer ? 'answer now' : 'think';
  const purpose = tools.length === 0 ? asked : `${toolsText(tools)} → ${asked}`;
  const at = { round, turn };
  return { scope: scopeOf(specialistTry), at, branch, who: nameOf(specialistTry), purpose, mustAnswer, fallbackModel };
}

/**
 * A step is worth recording if it costs or has effects: tools that only read, here, run with the call that follows them.
 * A name that is no tool of the specialist's is answered with an error, by any worker.
 */
function isFused(run: Run, { specialist }: SpecialistTry, { missing }: ToolTurn): boolean {
  const { rerank } = run.input.pipeline;
  const onlyReads = (tool: string) =>
    isOwn(tool) ||
    run.readOnlyTools.includes(tool) ||
    (!specialist.tools.includes(tool) && pinnedTool(run, specialist, tool) === null);
  return missing.every(({ tool }) => onlyReads(tool) && (rerank === undefined || !isSearch(tool)));
}

const isOwn = (tool: string): boolean => (toolNames as readonly string[]).includes(tool);

/**
 * Runs what has no result yet, each by itself: tools of foreign servers first, then the others side by side. What a model
 * asked for wrongly comes back to it as a tool error.
 */
async function runMissing(run: Run, specialistTry: SpecialistTry, turn: ToolTurn): Promise<void> {
  const at = { round: specialistTry.round, turn: turn.number };
  const foreign = foreignOf(run, specialistTry, turn);
  if (foreign.length > 0) await callForeignTools(run, foreign, (results) => turn.know(results));
  turn.know(await Promise.all(turn.missing.map((request) => runTool(run, specialistTry, { request, at }))));
}

function foreignOf(run: Run, specialistTry: SpecialistTry, turn: ToolTurn): AskedForeign[] {
  const { specialist, round } = specialistTry;
  const about = { scope: scopeOf(specialistTry), at: { round, turn: turn.number }, who: nameOf(specialistTry) };
  return turn.missing.flatMap((request) => {
    const tool = pinnedTool(run, specialist, request.tool);
    return tool === null ? [] : [{ ...about, request, tool, place: turn.placeOf(request) }];
  });
}

type Ordered = Pick<RunToolInput, 'order' | 'notReranked'>;

/** `at`: of the turn that has asked for it. */
type Asked = { request: ToolRequest; at: { round: number; turn: number } };

async function runTool(run: Run, specialistTry: SpecialistTry, { request, at }: Asked): Promise<KnownResult> {
  const summary = summaryText(`${nameOf(specialistTry)}: ${request.tool} ${subjectOf(request.argumentsText)}`);
  const ordered = await rerankedPlaces(run, specialistTry, { request, at, summary });
  const { tools: allowed } = specialistTry.specialist;
  const scope = scopeOf(specialistTry);
  const fork = takenByTool(run.forkOf, { ...scope, ...at });
  const input = { snapshot: snapshotOf(run), request, allowed, scope, ...ordered, ...fork };
  const result = await callTool(run, 'runTool', input, summary);
  return ordered.order === undefined ? { result } : { result, order: ordered.order };
}

/** What a model puts first of a search, where the pipeline asks for it; without it the search's own order stays. */
async function rerankedPlaces(
  run: Run,
  specialistTry: SpecialistTry,
  { request, at, summary }: Asked & { summary: string },
): Promise<Ordered> {
  const { rerank } = run.input.pipeline;
  if (rerank === undefined || !isSearch(request.tool) || !specialistTry.specialist.tools.includes(request.tool))
    return {};
  if (run.budget.nearlySpent(callsKept)) return notReranked('the budget is nearly spent');
  const call = { snapshot: snapshotOf(run), request, rerank };
  const { fallbackModel } = rerank;
  const about = { scope: scopeOf(specialistTry), at, summary: `${summary}: rerank`, fallbackModel };
  const reranked = await tryModel(run, 'rerankPlaces', call, about);
  if (reranked.result === null) return notReranked(reranked.why);
  const { order, problem } = reranked.result;
  if (problem !== undefined) return notReranked(problem);
  return order.length === 0 ? {} : { order };
}

const isSearch = (tool: string): boolean => tool === 'search_code' || tool === 'search_docs';

function notReranked(why: string): Ordered {
  return { notReranked: `in the search's own order: ${why}`.slice(0, 300) };
}

const scopeOf = ({ specialist, tryNumber }: SpecialistTry) =>
  ({ stage: 'specialist', specialist: specialist.name, try: tryNumber }) as const;

const nameOf = ({ specialist, tryNumber }: SpecialistTry) => `${specialist.name} specialist, try ${tryNumber}`;
