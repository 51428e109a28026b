/** The run in words, for people who watch it in the Temporal Web UI: summaries of activities, and the current details. */
import type { RunProgress } from '../../contracts/run.ts';
import type { ToolRequest } from '../../contracts/tools.ts';

/** "code specialist, try 2: read_lines lib/route.js" */
export function toolSummary(specialist: string, tryNumber: number, request: ToolRequest): string {
  return cut(`${specialist} specialist, try ${tryNumber}: ${request.tool} ${subjectOf(request.argumentsText)}`, 180);
}

export function turnSummary(specialist: string, tryNumber: number, purpose: string): string {
  return cut(`${specialist} specialist, try ${tryNumber}: ${purpose}`, 180);
}

/** The first string among a tool's arguments: its query, name or path. */
function subjectOf(argumentsText: string): string {
  const text = /:\s*"([^"\\]*(?:\\.[^"\\]*)*)"/.exec(argumentsText)?.[1] ?? '';
  return text.replace(/\\(.)/g, '$1');
}

/** Markdown for the workflow's current details. */
export function detailsOf({ stage, doing, waitingFor, state }: RunProgress): string {
  const { usage, routing } = state;
  const routes = routing?.probabilities
    .filter(({ probability }) => probability >= 0.005)
    .map(({ route, probability }) => `${route} ${(probability * 100).toFixed(0)} %`);
  const cost = usage.costUsd === null ? 'unknown' : `$${usage.costUsd.toFixed(4)}`;
  const rows = [
    `**${stage}**: ${cut(doing.replace(/\s+/g, ' '), 300)}`,
    waitingFor === null ? null : `**waiting for** ${waitingFor.kind}: \`switchyard runs retry\` takes the run up again`,
    state.route === null ? null : `**route**: ${state.route}${routes === undefined ? '' : ` (${routes.join(', ')})`}`,
    state.routes_run.length > 1 ? `**routes run**: ${state.routes_run.join(', ')}` : null,
    `**retries**: ${state.retry_count}`,
    `**spent**: ${usage.modelCalls} model calls, ${usage.inputTokens + usage.outputTokens} tokens, cost ${cost}`,
    state.trace_link === null ? null : `**trace**, once this run has ended: ${state.trace_link}`,
    state.final_answer === null ? null : `**answer**: ${cut(state.final_answer.replace(/\s+/g, ' '), 600)}`,
  ];
  return rows.filter((row) => row !== null).join('\n\n');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
