/** What is known of a run as the result of a tool: text, structured content, and links to the lines that it rests on. */
import {
  type CallToolResult,
  type InputRequiredResult,
  isInputRequiredResult,
  type ResourceLink,
} from '@modelcontextprotocol/server';
import type { RunOutput } from './run-output.ts';
import { placeOf, runText } from './run-text.ts';

/** Of a run in any state. */
export function runResult(run: RunOutput): CallToolResult {
  const links = new Map<string, ResourceLink>();
  for (const citation of run.citations)
    if (citation.uri !== null) links.set(citation.uri, sourceLink(citation.uri, placeOf(citation)));
  return { content: [{ type: 'text', text: runText(run) }, ...links.values()], structuredContent: run };
}

/** A link to lines that can be read as a resource. */
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
