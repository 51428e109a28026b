/** Makes a trace of a run's history: one root, a group for each part of the run, a leaf for each attempt at its work. */
import type { SpecialistOutput } from '../contracts/agent.ts';
import { AnswerOutcome, QuestionInput } from '../contracts/run.ts';
import { SpanScope, type Trace, type TraceField, type TraceScore, type TraceSpan } from '../contracts/trace.ts';
import type { ActivityStep, RunHistory } from './run-history.ts';
import { attemptSpans, noModelCall } from './attempt-spans.ts';
import { traceIdOf } from './trace-ids.ts';

const rootKey = 'root';

/** What handed a run over to the export of its trace, as an activity of its own, up to version 0.1: none of the run's work. */
export const handOver = 'startExport';

type RunIds = { workflowId: string; runId: string };

/** @throws ZodError for a history that is not that of a question; a run that goes on is shown as far as it got */
export function traceOfRun(history: RunHistory, { workflowId, runId }: RunIds): Trace {
  const input = QuestionInput.parse(history.input[0]);
  const outcome = history.result === null ? null : AnswerOutcome.parse(history.result);
  const work = history.activities.filter(({ type }) => type !== handOver);
  const leaves = work.flatMap((step) => leavesOf(step, input.prompts ?? {}));
  const groups = [...Map.groupBy(leaves, (leaf) => leaf.parent)]
    .filter(([key]) => key !== rootKey)
    .map(([key, children]) => groupSpan(String(key), children, input, outcome));
  const name = input.pipeline.router === null ? 'single-agent-pipeline' : 'orchestrated-pipeline';
  groups.push(...unaskedSynthesis(history, [...groups, ...leaves], input, outcome), ...decisionSpans(outcome));
  const root = rootSpan(history, [...groups, ...leaves], { name, input, outcome, workflowId, runId });
  return {
    traceId: traceIdOf(runId),
    name,
    workflowId,
    runId,
    session: input.session ?? null,
    ...(input.user === undefined ? {} : { user: input.user }),
    tags: tagsOf(input, outcome),
    experiment: input.experiment ?? null,
    spans: [...leaves, ...groups, root],
    scores: outcome === null ? [] : scoresOf(outcome),
  };
}

function tagsOf({ pipeline }: QuestionInput, outcome: AnswerOutcome | null): string[] {
  if (outcome === null) return [pipeline.name];
  const { route } = outcome.state;
  return [pipeline.name, outcome.kind, ...(route === null ? [] : [`route:${route}`])];
}

/** Each leaf's parent is the group of the scope that its activity was called with. */
function leavesOf(step: ActivityStep, prompts: Prompts): TraceSpan[] {
  const scope = scopeOf(step);
  const managedPrompt = prompts[agentOf(step, scope)] ?? null;
  const spans = attemptSpans(step, scope, scope === null ? rootKey : groupKey(scope));
  return spans.map((span) => (span.type === 'generation' ? { ...span, managedPrompt } : span));
}

type Prompts = NonNullable<QuestionInput['prompts']>;

/** The agent that a model call speaks for. */
function agentOf({ type }: ActivityStep, scope: SpanScope | null): string {
  if (type === 'judgeDraft') return 'judge';
  if (type === 'synthesize') return 'synthesizer';
  if (type === 'rerankPlaces') return 'reranker';
  if (type === 'rewriteQuestion') return 'rewriter';
  return type === 'routeQuestion' ? 'router' : (scope?.specialist ?? '');
}

/** The part of the run that an activity was called for; null for one of none. */
export function scopeOf({ input }: ActivityStep): SpanScope | null {
  for (const argument of input) {
    const scope = SpanScope.safeParse((argument as { scope?: unknown } | null)?.scope);
    if (scope.success) return scope.data;
  }
  return null;
}

function groupKey({ stage, specialist, try: tryNumber = 1 }: SpanScope): string {
  if (stage === 'specialist') return `specialist-${specialist}#${tryNumber}`;
  return stage === 'gate' ? `gate#${tryNumber}` : stage;
}

type Told = Pick<TraceSpan, 'name' | 'type' | 'input' | 'output' | 'metadata'>;

function groupSpan(
  key: string,
  children: readonly TraceSpan[],
  input: QuestionInput,
  outcome: AnswerOutcome | null,
): TraceSpan {
  const [stage = '', number = '1'] = key.split('#');
  const told = toldOf(stage, Number(number), input, outcome);
  const failed = children.every((child) => child.level === 'ERROR');
  return { ...plain, ...told, key, parent: rootKey, ...spanning(children), level: failed ? 'ERROR' : 'DEFAULT' };
}

function toldOf(stage: string, tryNumber: number, { question }: QuestionInput, outcome: AnswerOutcome | null): Told {
  const state = outcome?.state ?? null;
  const asked = value(question);
  if (stage === 'routing') {
    const { route, routing } = state ?? {};
    return {
      name: 'routing',
      type: 'span',
      input: asked,
      output: value(route ?? null),
      metadata: { routing: routing ?? null },
    };
  }
  if (stage === 'gate') {
    const reviewed = state?.specialist_output.filter((output) => roundOf(output) === tryNumber) ?? [];
    const verdicts = reviewed.map(({ specialist, accepted, reasons, unjudged }) => {
      return { specialist, accepted, reasons, ...(unjudged === undefined ? {} : { unjudged }) };
    });
    return {
      name: 'gate',
      type: 'evaluator',
      input: asked,
      output: value(verdicts),
      metadata: { retry_count: tryNumber - 1 },
    };
  }
  if (stage === 'follow-up')
    return {
      name: stage,
      type: 'span',
      input: asked,
      output: value(state?.standalone_question ?? question),
      metadata: { thread: state?.thread ?? null },
    };
  if (stage === 'synthesis')
    return { name: 'synthesis', type: 'span', input: asked, output: value(state?.final_answer ?? null), metadata: {} };
  const specialist = stage.replace(/^specialist-/, '');
  const output = state?.specialist_output.find((one) => one.specialist === specialist && one.try === tryNumber);
  const { accepted, confidence, kind } = output ?? {};
  const metadata = { retry_count: tryNumber - 1, accepted, confidence, kind };
  return { name: stage, type: 'agent', input: asked, output: value(output?.answer ?? null), metadata };
}

/** Of a team, the synthesis that asked no model: a draft that passed through, or a run that did not get so far. */
function unaskedSynthesis(
  { startMs }: RunHistory,
  spans: readonly TraceSpan[],
  input: QuestionInput,
  outcome: AnswerOutcome | null,
): TraceSpan[] {
  if (input.pipeline.router === null || outcome === null || spans.some(({ key }) => key === 'synthesis')) return [];
  const { kind, state } = outcome;
  const passed = kind === 'answered' || kind === 'insufficient-evidence';
  // An abstention is told with what was searched, behind the draft's own words.
  const draft = state.specialist_output.findLast(
    ({ answer }) => answer !== '' && state.final_answer?.startsWith(answer),
  );
  const edited = state.edited_by === undefined ? 'the one draft' : `what ${state.edited_by} wrote`;
  const whose = draft === undefined ? edited : `the draft of ${draft.specialist}, try ${draft.try},`;
  const metadata = {
    passed_through: passed,
    note: passed ? `no model was called: ${whose} is the answer` : `not reached: the run ended as ${kind}`,
  };
  const atMs = spans.reduce((last, { endMs }) => Math.max(last, endMs), startMs);
  const told = { ...toldOf('synthesis', 1, input, passed ? outcome : null), metadata };
  return [{ ...plain, ...told, key: 'synthesis', parent: rootKey, startMs: atMs, endMs: atMs, level: 'DEFAULT' }];
}

/** What people were asked, from the request to what was decided; the clocks are those of the run. */
function decisionSpans(outcome: AnswerOutcome | null): TraceSpan[] {
  return (outcome?.state.decisions ?? []).map(({ requestId, kind, asked, askedAt, decidedAt, ...decided }, at) => ({
    ...{ ...plain, key: `decision-${at + 1}`, parent: rootKey, name: `decision-${kind}`, type: 'span' as const },
    startMs: Date.parse(askedAt ?? decidedAt),
    endMs: Date.parse(decidedAt),
    level: decided.refused === undefined ? ('DEFAULT' as const) : ('WARNING' as const),
    message: decided.refused ?? null,
    input: value(asked),
    output: value(decided),
    metadata: { requestId, by: decided.by, way: decided.way },
  }));
}

/** Outcomes of 0.1 do not tell it: there each try was taken for a round. */
const roundOf = ({ round, try: tryNumber }: SpecialistOutput): number => round ?? tryNumber;

type About = RunIds & { name: string; input: QuestionInput; outcome: AnswerOutcome | null };

function rootSpan(history: RunHistory, spans: readonly TraceSpan[], about: About): TraceSpan {
  const { name, input, outcome, workflowId, runId } = about;
  const { startMs, endMs } = spanning([
    ...spans,
    { startMs: history.startMs, endMs: history.endMs ?? history.startMs },
  ]);
  const state = outcome?.state ?? null;
  const fine = outcome !== null && (outcome.kind === 'answered' || outcome.kind === 'insufficient-evidence');
  return {
    ...plain,
    key: rootKey,
    parent: null,
    name,
    type: 'chain',
    startMs,
    endMs,
    level: fine || history.endMs === null ? 'DEFAULT' : 'ERROR',
    message: history.failure ?? (fine || outcome === null ? null : outcome.kind),
    input: value(input.question),
    output: value(state?.final_answer ?? null),
    metadata: {
      workflowId,
      runId,
      pipeline: input.pipeline.name,
      ...(input.forkOf === undefined ? {} : { forkOf: input.forkOf }),
      outcome: outcome?.kind ?? null,
      route: state?.route ?? null,
      retry_count: state?.retry_count ?? null,
      routes_run: state?.routes_run ?? [],
      snapshot: state?.snapshot?.id ?? null,
      repository: state?.snapshot?.label ?? null,
      gaps: state?.gaps ?? [],
      ...(state?.foreign_evidence === undefined ? {} : { foreign_evidence: state.foreign_evidence }),
      ...(state?.foreign_tools === undefined ? {} : { foreign_tools: state.foreign_tools }),
      superseded: state?.superseded ?? [],
    },
  };
}

const plain = { message: null, ...noModelCall } as const;

function spanning(spans: readonly Pick<TraceSpan, 'startMs' | 'endMs'>[]): Pick<TraceSpan, 'startMs' | 'endMs'> {
  return {
    startMs: spans.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY),
    endMs: spans.reduce((most, { endMs }) => Math.max(most, endMs), 0),
  };
}

function value(of: unknown): TraceField {
  return { kind: 'value', value: of };
}

function scoresOf({ kind, state }: AnswerOutcome): TraceScore[] {
  const cited = state.specialist_output.flatMap((output) => output.citations);
  const checked = cited.filter(({ foreign }) => foreign !== true);
  const holding = checked.filter(({ status }) => status !== 'unresolved').length;
  const reviewed = state.specialist_output.filter(({ accepted }) => accepted !== null);
  return [
    ...(reviewed.length === 0
      ? []
      : [{ name: 'gate_verdict', value: reviewed.some(({ accepted }) => accepted) ? 1 : 0, comment: kind }]),
    ...(checked.length === 0
      ? []
      : [{ name: 'citation_validity', value: holding / checked.length, comment: `${holding} of ${checked.length}` }]),
    ...(state.confidence === null ? [] : [{ name: 'confidence', value: state.confidence, comment: null }]),
  ];
}
