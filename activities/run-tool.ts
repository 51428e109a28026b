/** Runs one tool on the snapshot; what it shows is stored, and a reference goes back. */
import type { ActivityResult } from '../contracts/activity-result.ts';
import type { RunToolInput, ToolResult } from '../contracts/tool.ts';
import { toolRenderer } from '../retrieval/rendering.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { inFrame } from './frame.ts';

export const runTool =
  (needs: ActivityDependencies) =>
  ({ snapshot, request, allowed, order }: RunToolInput): Promise<ActivityResult<ToolResult>> =>
    inFrame({ name: request.tool, type: 'tool' }, async (frame) => {
      await needs.retrieval.ensure(snapshot, frame.signal);
      const shown = await needs.retrieval.runTool(snapshot, request, allowed, frame.signal, order);
      const content = await needs.content.put(shown.text);
      const result: ToolResult = {
        callId: request.callId,
        tool: request.tool,
        status: shown.status,
        content,
        renderer: toolRenderer,
        bytes: Buffer.byteLength(shown.text),
        cut: shown.cut,
        evidence: shown.evidence.slice(0, 8),
        ...(shown.remark === undefined ? {} : { remark: { ...shown.remark, text: shown.remark.text.slice(0, 500) } }),
      };
      return { result, usage: null, span: { output: content } };
    });
