/** Activities that work on the repository, none of which asks a model: open it, run a tool on it, check citations. */
import { Context } from '@temporalio/activity';
import { weaknesses } from '../agents/gate-rule.ts';
import { Draft } from '../contracts/agent.ts';
import type {
  CheckedDraft,
  OpenedRepository,
  OpenRepositoryInput,
  RunToolInput,
  VerifyInput,
} from '../contracts/agent-calls.ts';
import type { EditInput } from '../contracts/decision.ts';
import type { JournalKey } from '../contracts/model/journal-key.ts';
import { signals } from '../contracts/names.ts';
import type { Snapshot } from '../contracts/snapshot.ts';
import type { ToolResult } from '../contracts/tools.ts';
import type { ActivityResult } from '../contracts/trace.ts';
import { checkCitations } from './check-citations.ts';
import { digest } from '../models/journal-entry.ts';
import { toolRenderer, type ToolRun } from '../retrieval/tools/rendering.ts';
import { type AttemptLimits, toolLimits } from './attempts.ts';
import { forkedStep } from './agents/forked-replies.ts';
import { type ActivityContext, runActivity } from './context.ts';
import { storeFor } from './held-elsewhere.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { handOverOnTheWay } from './tracing/export-spans.ts';
import { OpeningReports } from './opening-progress.ts';

const openingLimits: AttemptLimits = { attempts: 5, totalSeconds: 7_200, timedOut: 'RepositoryTimedOut' };
const checkLimits: AttemptLimits = { ...toolLimits, timedOut: 'CitationCheckTimedOut' };

/** Pins the repository: from here on the run reads our copy, whatever happens to the original. */
export const openRepository =
  (deps: ActivityDependencies) =>
  ({ repository }: OpenRepositoryInput): Promise<ActivityResult<OpenedRepository>> =>
    runActivity({ name: 'open-repository', type: 'span', limits: openingLimits }, async (context) => {
      const reports = new OpeningReports(async (progress) => context.tell(signals.opening, progress));
      const { signal } = context;
      const snapshot = await deps.retrieval
        .open(repository, { signal, onProgress: reports.onProgress })
        .finally(() => reports.end());
      return { result: await openedWith(deps, snapshot), usage: null };
    });

/**
 * The same as a local activity, for a checkout that this worker has opened before and that has not moved since: within
 * the run's first task. Null for any other, which takes an activity of its own.
 */
export const openKnownRepository =
  (deps: ActivityDependencies) =>
  async ({ repository }: OpenRepositoryInput): Promise<ActivityResult<OpenedRepository> | null> => {
    const { cancellationSignal, info } = Context.current();
    const startMs = Date.now();
    const snapshot = await deps.retrieval.openKnown(repository, cancellationSignal);
    if (snapshot === null) return null;
    const result = await openedWith(deps, snapshot);
    const { activityId, attempt } = info;
    const about = { key: `${activityId}#${attempt}`, name: 'open-repository', type: 'span', attempt } as const;
    return { result, usage: null, spans: [{ ...about, startMs, endMs: Date.now(), level: 'DEFAULT' }] };
  };

async function openedWith(deps: ActivityDependencies, snapshot: Snapshot): Promise<OpenedRepository> {
  const traceLink = await deps.traces.sink.linkTemplate();
  const readOnlyTools = Object.keys(deps.ownTools).filter((name) => deps.ownTools[name]?.readOnly === true);
  const store = storeFor(deps.holds, snapshot);
  return {
    ...{ snapshot, searchAttributes: [...deps.searchAttributes], traceLink },
    ...(store === undefined ? {} : { store }),
    ...(readOnlyTools.length > 0 ? { readOnlyTools } : {}),
  };
}

/** Runs one tool on the snapshot; what it shows is stored, and a reference goes back. */
export const runTool =
  (deps: ActivityDependencies) =>
  (input: RunToolInput): Promise<ActivityResult<ToolResult>> =>
    runActivity({ name: input.request.tool, type: 'tool', limits: toolLimits }, async (context) => {
      const key = stepKey(context.run, input);
      const kept = await deps.turnResults.readStep(key);
      if (kept !== null) return { result: kept, usage: null, span: { output: kept.content } };
      const taken = await takenStep(deps, input, key);
      if (taken !== null) {
        await deps.turnResults.writeStep(key, taken.value);
        return { result: taken.value, usage: null, span: taken.span };
      }
      await deps.retrieval.ensure(input.snapshot, context.signal);
      const result = await toolResult(deps, input, context.signal);
      await deps.turnResults.writeStep(key, result);
      const { notReranked } = input;
      const warning = notReranked === undefined ? {} : ({ level: 'WARNING', message: notReranked } as const);
      return { result, usage: null, span: { output: result.content, ...warning } };
    });

/** The same at each attempt: what the tool gave is kept before its activity completes, and not asked for again. */
function stepKey(run: ActivityContext['run'], { snapshot, request, allowed, order, scope }: RunToolInput): JournalKey {
  const asked = { snapshot: snapshot.id, request, allowed, scope, order: order ?? null };
  return { ...run, callKey: `tool-${Context.current().info.activityId}`, requestHash: digest(asked) };
}

async function takenStep(deps: ActivityDependencies, { fork }: RunToolInput, key: JournalKey) {
  if (fork === undefined) return null;
  const before = await deps.turnResults.stepsLike(key);
  return forkedStep(deps, fork, { requestHash: key.requestHash, before });
}

/** @throws errors of retrieval and of the store; what the model did wrong is a result with status `error` */
export async function toolResult(
  deps: Pick<ActivityDependencies, 'retrieval' | 'content'>,
  { snapshot, request, allowed, order, notReranked }: Omit<RunToolInput, 'scope'>,
  signal: AbortSignal,
): Promise<ToolResult> {
  const shown = await deps.retrieval.runTool(snapshot, request, allowed, signal, order);
  return {
    callId: request.callId,
    tool: request.tool,
    status: shown.status,
    content: await deps.content.put(shown.text),
    renderer: toolRenderer,
    bytes: Buffer.byteLength(shown.text),
    cut: shown.cut,
    evidence: shown.evidence.slice(0, 8),
    ...(shown.status === 'error' && { problem: shown.text.replace(/^error: /, '').slice(0, 300) }),
    ...remarkOf(shown, notReranked),
  };
}

function remarkOf({ remark }: ToolRun, notReranked: string | undefined): Pick<ToolResult, 'remark'> {
  const texts = [remark?.text, notReranked].filter((text) => text !== undefined);
  if (texts.length === 0) return {};
  const degraded = notReranked !== undefined || remark?.degraded === true;
  return { remark: { text: texts.join('; ').slice(0, 500), degraded } };
}

/** Checks the citations of a stored draft or synthesis against the snapshot, and by the rule whether the draft is weak. */
export const verifyCitations =
  (deps: ActivityDependencies) =>
  ({ snapshot, content, rule, foreignAnswered, handOver }: VerifyInput): Promise<ActivityResult<CheckedDraft>> =>
    runActivity({ name: 'verify-citations', type: 'evaluator', limits: checkLimits }, async (context) => {
      const draft = Draft.parse(JSON.parse(await deps.content.get(content)));
      await deps.retrieval.ensure(snapshot, context.signal);
      const cited = { citations: draft.citations, foreignAnswered };
      const citations = await checkCitations(deps, snapshot, cited, context.signal);
      const reasons = rule === undefined ? [] : weaknesses({ ...draft, citations }, rule);
      if (handOver && reasons.length === 0) await handOverOnTheWay(deps.traces, context);
      return { result: { citations, reasons }, usage: null };
    });

/** Checks the citations of an answer that a person has edited; its text is stored, as that of drafts is. */
export const checkEdit =
  (deps: ActivityDependencies) =>
  ({ snapshot, draft, foreignAnswered }: EditInput): Promise<ActivityResult<Pick<CheckedDraft, 'citations'>>> =>
    runActivity({ name: 'check-edit', type: 'evaluator', limits: checkLimits }, async (context) => {
      await deps.retrieval.ensure(snapshot, context.signal);
      const cited = { citations: draft.citations, foreignAnswered };
      const citations = await checkCitations(deps, snapshot, cited, context.signal);
      const output = await deps.content.put(JSON.stringify(draft));
      return { result: { citations }, usage: null, span: { output } };
    });
