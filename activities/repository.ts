/** Activities that work on the repository, none of which asks a model: open it, run a tool on it, check citations. */
import { z } from 'zod';
import type { OpenedRepository, OpenRepositoryInput, VerifyInput } from '../contracts/agent-calls.ts';
import { type CheckedCitation, Citation } from '../contracts/evidence.ts';
import { signals } from '../contracts/names.ts';
import type { RunToolInput, ToolResult } from '../contracts/tools.ts';
import type { ActivityResult } from '../contracts/trace.ts';
import { toolRenderer, type ToolRun } from '../retrieval/tools/rendering.ts';
import type { AttemptLimits } from './attempts.ts';
import { runActivity } from './context.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { OpeningReports } from './opening-progress.ts';

const openingLimits: AttemptLimits = { attempts: 5, totalSeconds: 7_200, timedOut: 'RepositoryTimedOut' };
const toolLimits: AttemptLimits = { attempts: 5, totalSeconds: 1_800, timedOut: 'ToolTimedOut' };
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
      const traceLink = await deps.traces.sink.linkTemplate();
      const result = { snapshot, searchAttributes: [...deps.searchAttributes], traceLink };
      return { result, usage: null };
    });

/** Runs one tool on the snapshot; what it shows is stored, and a reference goes back. */
export const runTool =
  (deps: ActivityDependencies) =>
  ({ snapshot, request, allowed, order, notReranked }: RunToolInput): Promise<ActivityResult<ToolResult>> =>
    runActivity({ name: request.tool, type: 'tool', limits: toolLimits }, async (context) => {
      await deps.retrieval.ensure(snapshot, context.signal);
      const shown = await deps.retrieval.runTool(snapshot, request, allowed, context.signal, order);
      const content = await deps.content.put(shown.text);
      const result: ToolResult = {
        callId: request.callId,
        tool: request.tool,
        status: shown.status,
        content,
        renderer: toolRenderer,
        bytes: Buffer.byteLength(shown.text),
        cut: shown.cut,
        evidence: shown.evidence.slice(0, 8),
        ...(shown.status === 'error' && { problem: shown.text.replace(/^error: /, '').slice(0, 300) }),
        ...remarkOf(shown, notReranked),
      };
      const warning = notReranked === undefined ? {} : ({ level: 'WARNING', message: notReranked } as const);
      return { result, usage: null, span: { output: content, ...warning } };
    });

function remarkOf({ remark }: ToolRun, notReranked: string | undefined): Pick<ToolResult, 'remark'> {
  const texts = [remark?.text, notReranked].filter((text) => text !== undefined);
  if (texts.length === 0) return {};
  const degraded = notReranked !== undefined || remark?.degraded === true;
  return { remark: { text: texts.join('; ').slice(0, 500), degraded } };
}

const Cited = z.object({ citations: z.array(Citation) });

/** Checks the citations of a stored draft or synthesis against the snapshot. */
export const verifyCitations =
  (deps: ActivityDependencies) =>
  ({ snapshot, content }: VerifyInput): Promise<ActivityResult<CheckedCitation[]>> =>
    runActivity({ name: 'verify-citations', type: 'evaluator', limits: checkLimits }, async (context) => {
      const { citations } = Cited.parse(JSON.parse(await deps.content.get(content)));
      await deps.retrieval.ensure(snapshot, context.signal);
      return { result: await deps.retrieval.checkCitations(snapshot, citations, context.signal), usage: null };
    });
