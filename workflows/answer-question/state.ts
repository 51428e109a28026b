/** A run and its parts: its state, its budget, what it waits for, what people see of it, and how it calls activities. */
import { defineSignal, setHandler } from '@temporalio/workflow';
import { signals } from '../../contracts/names.ts';
import type { SpecialistOutput } from '../../contracts/agent.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { AnswerState, BudgetLimit, QuestionInput } from '../../contracts/run.ts';
import type { OpenedForeignTools } from '../../contracts/foreign/calls.ts';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import type { DoneOnTheWay, RenamedModel, SpanRecord } from '../../contracts/trace.ts';
import { noUsage } from '../../contracts/usage-sum.ts';
import { searchesOf, withSearches } from './absence.ts';
import { RunBudget } from './limits/budget.ts';
import type { CallerOfActivities } from './calls.ts';
import { BudgetRequests } from './decisions/budget-request.ts';
import { asks, Decisions } from './decisions/decisions.ts';
import { Outages } from './outages.ts';
import { inWorkflow } from './paid-call.ts';
import { activitiesWithin } from './proxies.ts';
import { historySize } from './limits/run-size.ts';
import { Notices } from '../notices/notices.ts';
import { Visibility } from './visibility.ts';
import { OpenWaits } from './limits/waits.ts';

/** A model call with a queue of its own begins, or waits for its turn again. */
export const callSignal = defineSignal<[{ key: string; underWay: boolean }]>(signals.call);

export type Run = CallerOfActivities & {
  readonly input: QuestionInput;
  /** Its last call hands it over to the export of its trace. */
  readonly endsWithCall: boolean;
  /** What the outcome will hold. */
  readonly state: AnswerState;
  readonly visibility: Visibility;
  /** Null: nobody is told of the run. */
  readonly notices: Notices | null;
  readonly decisions: Decisions;
  readonly outages: Outages;
  /** Tools that are not built in and say that they only read; known once the repository is open. */
  readOnlyTools: readonly string[];
  /** Tools of foreign servers; known once they are pinned. */
  foreign: OpenedForeignTools;
  /** What the last activity has done beside its own work. */
  doneLast: DoneOnTheWay;
  /** What people have said of the question. */
  readonly clarified: string[];
  /** A timer has granted one more try. */
  triedByTimer: boolean;
  readonly budgetRequests: BudgetRequests;
};

/** Puts a run together; the query and the signal are answered from here on. */
export function beginRun(input: QuestionInput, endsWithCall: boolean): Run {
  const state = beginning(input);
  const budget = new RunBudget(input.pipeline.budget, historySize);
  const waits = new OpenWaits(() => Date.now());
  const visibility = new Visibility(state, waits);
  const notices = input.webhook === true ? new Notices(input) : null;
  if (notices !== null) visibility.onNote = (what) => tellOf(notices, what, waits);
  const onSettled = (spans: readonly SpanRecord[], done: DoneOnTheWay) => {
    state.usage = budget.usage;
    run.doneLast = done;
    for (const { model, name } of spans) if (model !== undefined) state.models[name.replace(/-llm$/, '')] = model;
    for (const { name, model, level, fallbackAfter: after } of spans) {
      if (after === undefined || model === undefined || level === 'ERROR') continue;
      const role = name.replace(/-llm$/, '');
      state.fallbacks = {
        ...state.fallbacks,
        [role]: { model, after, calls: (state.fallbacks?.[role]?.calls ?? 0) + 1 },
      };
    }
    for (const { renamed } of spans) if (renamed !== undefined) noteRenamed(state, renamed);
    for (const repair of spans.flatMap(({ repairs = [] }) => repairs)) {
      state.repairs ??= {};
      state.repairs[repair] = (state.repairs[repair] ?? 0) + 1;
    }
    visibility.show();
  };
  // Anybody may send a signal.
  setHandler(callSignal, (call) => {
    const { key, underWay } = (call ?? {}) as Partial<Record<'key' | 'underWay', unknown>>;
    if (typeof key !== 'string' || typeof underWay !== 'boolean') return;
    waits.callIs(key, underWay);
    visibility.show();
  });
  const decisions = new Decisions(input, state, waits, visibility);
  const outages = new Outages(input.limits, waits, visibility, decisions);
  const activities = activitiesWithin(input.limits, input.activityQueue);
  const { limits } = input;
  const parts = { input, limits, state, visibility, notices, decisions, budget, waits, outages, activities };
  const { sharing, forkOf } = input;
  const reuse = { ...(sharing === undefined ? {} : { sharing }), ...(forkOf === undefined ? {} : { forkOf }) };
  const budgetRequests = new BudgetRequests(parts);
  const moreOf = (limit: BudgetLimit) => budgetRequests.moreOf(limit);
  const asked = { clarified: [], triedByTimer: false, foreign: nonePinned, budgetRequests, moreOf, endsWithCall };
  const run: Run = { ...parts, ...reuse, ...asked, ...inWorkflow, readOnlyTools: [], doneLast: {}, onSettled };
  return run;
}

const nonePinned: OpenedForeignTools = { tools: [], missing: [] };

function tellOf(notices: Notices, what: Parameters<Visibility['onNote']>[0], { waitingFor }: OpenWaits): void {
  if (what === 'waiting') notices.waits(waitingFor?.kind ?? 'person');
  else if (what === 'running') notices.waits(null);
  else notices.ended(what);
}

/** Each name once. */
function noteRenamed(state: AnswerState, renamed: RenamedModel): void {
  const known = state.renamed ?? [];
  if (known.every(({ asked, now }) => asked !== renamed.asked || now !== renamed.now)) {
    state.renamed = [...known, renamed];
  }
}

/** The state of a question that nothing has been done for. */
export function beginning(input: QuestionInput): AnswerState {
  return {
    question: input.question,
    pipeline: input.pipeline.name,
    snapshot: null,
    route: null,
    routing: null,
    routes_run: [],
    specialist_output: [],
    evidence: [],
    tools_called: [],
    final_answer: null,
    confidence: null,
    retry_count: 0,
    gaps: [],
    searched: [],
    superseded: [],
    usage: noUsage,
    ...forkedFrom(input),
    models: {},
    trace_link: null,
  };
}

function forkedFrom({ forkOf }: QuestionInput): Pick<AnswerState, 'fork_of'> {
  return forkOf === undefined ? {} : { fork_of: { workflowId: forkOf.workflowId, runId: forkOf.runId } };
}

/** The snapshot that the run reads. @throws Error before the repository is open */
export function snapshotOf({ state: { snapshot } }: Run): SnapshotRef {
  if (snapshot === null) throw new Error('the repository is not open yet');
  const { id, repositoryKey, url } = snapshot;
  return { id, repositoryKey, url };
}

/** A worker that sends no traces gives no link to one. */
export function isTraced({ state: { trace_link } }: Run): boolean {
  return trace_link !== null;
}

/**
 * Part of the input of a call that the run most likely ends with: it hands the run over, where that has a trace, unless a
 * person is asked about the answer first.
 */
export function handingOver(run: Run): { handOver?: true } {
  return run.endsWithCall && isTraced(run) && !asks(run.input, 'draft') ? { handOver: true } : {};
}

/** An answer with its citations, checked: a draft, or what was made of several. */
export type Answer = Pick<
  SpecialistOutput,
  'answer' | 'confidence' | 'insufficient' | 'gaps' | 'citations' | 'unjudged'
>;

/**
 * Puts an answer into the state; a citation that does not hold is no evidence, and is named as a gap, as is a judge's absence;
 * one of a foreign tool stands apart. An answer that abstains says what was searched and what was not.
 */
export function settleAnswer({ state }: Run, answer: Answer): void {
  const { insufficient } = answer;
  state.searched = insufficient ? searchesOf(state.tools_called) : [];
  const leftOut = state.snapshot?.leftOut ?? [];
  state.final_answer = insufficient ? withSearches(answer.answer, state.searched, leftOut) : answer.answer;
  state.confidence = answer.confidence;
  state.evidence = answer.citations.filter((citation) => citation.status !== 'unresolved');
  const ofForeign = answer.citations.filter((citation) => citation.foreign === true);
  if (ofForeign.length > 0) state.foreign_evidence = ofForeign;
  const unresolved = answer.citations.filter(({ status, foreign }) => status === 'unresolved' && foreign !== true);
  const unjudged = answer.unjudged === undefined ? [] : [`no judge has read the answer: ${answer.unjudged}`];
  state.gaps = [...answer.gaps, ...unresolved.map(asGap), ...foreignGap(ofForeign), ...unjudged];
}

const asGap = ({ path, firstLine, lastLine, reason }: CheckedCitation): string =>
  `the citation ${path}:${firstLine}-${lastLine} could not be verified${reason === undefined ? '' : `: ${reason}`}`;

function foreignGap(citations: readonly CheckedCitation[]): string[] {
  const tools = [...new Set(citations.map(({ path }) => path))];
  return tools.length === 0 ? [] : [`what ${tools.join(' and ')} said was not verified: it is of a foreign server`];
}

/** Lists drafts that another answer has replaced. */
export function supersede({ state }: Run, outputs: readonly SpecialistOutput[], why: string): void {
  for (const output of outputs) {
    const { reasons } = output;
    state.superseded.push({ specialist: nameOfDraft(output), reason: reasons.length > 0 ? reasons.join('; ') : why });
  }
}

/** By which a draft is listed where another one has replaced it. */
export function nameOfDraft({ specialist, try: tryNumber }: Pick<SpecialistOutput, 'specialist' | 'try'>): string {
  return tryNumber > 1 ? `${specialist}, try ${tryNumber}` : specialist;
}
