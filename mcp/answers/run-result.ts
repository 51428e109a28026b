/** What is known of a run as the result of a tool: text, structured content, and links to the lines that it rests on. */
import {
  type CallToolResult,
  type InputRequiredResult,
  isInputRequiredResult,
  type ResourceLink,
} from '@modelcontextprotocol/server';
import type { RunOutput } from './run-output.ts';
import { runText } from './run-text.ts';

export function runResult(run: RunOutput): CallToolResult {
  const links = new Map<string, ResourceLink>();
  for (const { uri, path, first_line, last_line } of run.citations)
    if (uri !== null) links.set(uri, sourceLink(uri, `${path}:${first_line}-${last_line}`));
  return { content: [{ type: 'text', text: runText(run) }, ...links.values()], structuredContent: run };
}

export function sourceLink(uri: string, name: string): ResourceLink {
  return { type: 'resource_link', uri, name, mimeType: 'text/plain' };
}

/** Of a call that has waited for it: what is no answer is an error, as the exit code of `switchyard ask` says it. */
export function endOfRun(end: RunOutput | InputRequiredResult): CallToolResult | InputRequiredResult {
  if (isInputRequiredResult(end)) return end;
  const run = end as RunOutput;
  const isAnswer = run.outcome === null || run.outcome === 'answered' || run.outcome === 'insufficient-evidence';
  return isAnswer ? runResult(run) : { ...runResult(run), isError: true };
}
