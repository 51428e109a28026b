/**
 * What may be said to be missing: only what was looked for. Pure.
 *
 * 1. A draft abstains with reason only where a tool call of its own try worked. A search without hits has worked; a call
 *    that came back as an error has not. What other specialists or other tries have looked for counts for them alone.
 * 2. A draft that abstains without that is weak, in every pipeline, and its words are never shown as the answer.
 *    Tools of foreign servers say nothing of the repository: their calls never count.
 * 3. Where tools were called in a run and not one call worked, giving up is a failure that says why; calls of foreign tools
 *    count neither way.
 * 4. An answer that abstains says what was searched, and which files the snapshot leaves out.
 */
import type { SpecialistOutput } from '../../contracts/agent.ts';
import type { RunFailure } from '../../contracts/run.ts';
import type { LeftOut } from '../../contracts/snapshot.ts';
import type { ToolCalled } from '../../contracts/tools.ts';

type Try = Pick<SpecialistOutput, 'specialist' | 'try'>;

/** True where a tool call of that try has shown something of the repository, or that there is nothing. */
export function hasLooked(one: Try, toolsCalled: readonly ToolCalled[]): boolean {
  return callsOf(one, toolsCalled).some(worked);
}

/** Why a draft cannot say that the repository does not hold the answer; null where it may, or says no such thing. */
export function baselessAbstention(
  output: Try & Pick<SpecialistOutput, 'insufficient'>,
  toolsCalled: readonly ToolCalled[],
): string | null {
  if (!output.insufficient || hasLooked(output, toolsCalled)) return null;
  const calls = callsOf(output, toolsCalled);
  const then = 'before saying that the repository does not hold the answer';
  if (calls.length === 0) return `nothing was searched: call a tool ${then}`;
  return `no tool call worked, so nothing was searched: make one that works ${then}; ${problemsOf(calls)}`.slice(
    0,
    500,
  );
}

/** The failure of a run in which tools were called and none worked; null for every other run. */
export function toolsFailed(called: readonly ToolCalled[]): RunFailure | null {
  const toolsCalled = called.filter(isOfRepository);
  if (toolsCalled.length === 0 || toolsCalled.some(worked)) return null;
  const count = toolsCalled.length === 1 ? 'the only tool call failed' : `all ${toolsCalled.length} tool calls failed`;
  const message = `${count}, so nothing was searched; ${problemsOf(toolsCalled)}`.slice(0, 1000);
  return { kind: 'ToolsFailed', message, setting: null };
}

const worked = ({ status }: ToolCalled): boolean => status === 'ok';

const isOfRepository = ({ foreign }: ToolCalled): boolean => foreign === undefined;

const callsOf = (one: Try, toolsCalled: readonly ToolCalled[]): ToolCalled[] =>
  toolsCalled.filter((call) => call.specialist === one.specialist && call.try === one.try && isOfRepository(call));

/** How many different problems are told. */
const mostProblems = 3;

function problemsOf(calls: readonly ToolCalled[]): string {
  const told = [...new Set(calls.map(({ tool, problem }) => `${tool}: ${problem ?? 'it came back as an error'}`))];
  const left = told.length - mostProblems;
  return [...told.slice(0, mostProblems), ...(left > 0 ? [`${left} more`] : [])].join('; ');
}

// What was searched, for the answer of a run that abstains.

const mostSearches = 12;
const subjectCharacters = 80;

/** What the calls that worked have looked for, each once with the tools that did, such as `"boil" (search_code, grep)`. */
export function searchesOf(toolsCalled: readonly ToolCalled[]): string[] {
  const searches = toolsCalled.filter((call) => worked(call) && isOfRepository(call));
  const byShown = Map.groupBy(searches, ({ argumentsText }) => subjectOf(argumentsText));
  const all = [...byShown].map(([subject, calls]) => {
    const tools = [...new Set(calls.map(({ tool }) => tool))].join(', ');
    return subject === '' ? tools : `"${cutTo(subject, subjectCharacters)}" (${tools})`;
  });
  const left = all.length - mostSearches;
  return left > 0 ? [...all.slice(0, mostSearches), `${left} more`] : all;
}

const mostReasons = 8;
const mostExamples = 2;

/** What the tools cannot find, by reason: files that the snapshot leaves out. */
function leftOutText(leftOut: readonly LeftOut[]): string {
  const parts = leftOut.slice(0, mostReasons).map(({ reason, count, examples }) => {
    const shown = examples.slice(0, mostExamples).map((path) => cutTo(path, subjectCharacters));
    if (count > shown.length && shown.length > 0) shown.push('…');
    return `${count} ${reason}${shown.length === 0 ? '' : ` (${shown.join(', ')})`}`;
  });
  const left = leftOut.length - mostReasons;
  return [...parts, ...(left > 0 ? [`files for ${left} more reasons`] : [])].join('; ');
}

/** The words of an abstention, and below them what they rest on: what was searched, and what could not be. */
export function withSearches(answer: string, searches: readonly string[], leftOut: readonly LeftOut[]): string {
  const lines = [
    ...(searches.length === 0 ? [] : [`Searched for: ${searches.join('; ')}.`]),
    ...(leftOut.length === 0 ? [] : [`Not searched: ${leftOutText(leftOut)}.`]),
  ];
  return [answer.trim(), lines.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** The first string among a tool's arguments: its query, name or path. */
export function subjectOf(argumentsText: string): string {
  const text = /:\s*("[^"\\]*(?:\\.[^"\\]*)*")/.exec(argumentsText)?.[1] ?? '""';
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

const cutTo = (text: string, most: number): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
};
