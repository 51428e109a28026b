/** Runs one tool on the snapshot; what it shows is stored, and a reference goes back. */
import type { ActivityResult } from '../../contracts/trace.ts';
import type { RunToolInput, ToolResult } from '../../contracts/tools.ts';
import { toolRenderer, type ToolRun } from '../../retrieval/tools/rendering.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { runActivity } from '../context.ts';

export const runTool =
  (deps: ActivityDependencies) =>
  ({ snapshot, request, allowed, order, notReranked }: RunToolInput): Promise<ActivityResult<ToolResult>> =>
    runActivity({ name: request.tool, type: 'tool' }, async (context) => {
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
