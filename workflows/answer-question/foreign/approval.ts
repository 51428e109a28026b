/** Whether a call of a foreign tool that has effects is made. */
import type { DecisionRequest } from '../../../contracts/decision.ts';
import type { ForeignTool } from '../../../contracts/foreign/calls.ts';
import type { ToolRequest } from '../../../contracts/tools.ts';
import type { Run } from '../state.ts';

type Choice = DecisionRequest['choices'][number];

const allow: Choice = { choice: 'allow', meaning: 'make this call, once' };
const refuse: Choice = { choice: 'refuse', meaning: 'do not make it; a note goes to the model' };

type Asked = { tool: ForeignTool; request: ToolRequest; place: string; who: string };

/**
 * Null: the call is approved; else why it is refused. The stricter of pipeline and server counts: only where the pipeline says
 * nothing is a server taken at its word that calls need no approval.
 */
export async function approvalOf(run: Run, { tool, request, place, who }: Asked): Promise<string | null> {
  if (tool.policy === 'refuse') return 'the configuration of its server refuses calls that have effects';
  const policy = run.input.pipeline.decisions?.tool?.policy;
  if (policy === undefined && tool.policy === 'allow') return null;
  if (policy !== 'ask') return 'it has effects, and in this run nobody is asked to approve it';
  const { decision, by, note } = await run.decisions.ask({
    kind: 'tool',
    place,
    asked: `may the ${who}, call ${tool.name}? The call may have effects outside of the repository.`,
    call: { tool: tool.name, argumentsText: request.argumentsText },
    choices: [allow, refuse],
    proceed: refuse.choice,
    giveUp: refuse.choice,
  });
  if (decision === allow.choice) return null;
  if (by === null) return 'nobody has approved it in time';
  return `${by} has refused it${(note ?? '').trim() === '' ? '' : `: ${note?.trim()}`}`;
}
