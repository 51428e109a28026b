/** Chooses the next tool calls from the question, the tools offered and what they have shown already. */
import { assess, type Assessment, contentWeight, mentionPattern, searchForm } from './assessment.ts';
import { clausesOf, subjectOf } from './clauses.ts';
import type { Conversation, OfferedTool } from './conversation.ts';
import { asksForLicence, isLicenceFile, licenceTitle, projectFiles, projectTopics } from './project-questions.ts';
import { foreignLanguage } from '../words/languages.ts';
import type { QuestionTerms, Term } from '../words/question-terms.ts';
import { indexStems, stemMatch } from '../words/words.ts';

export type PlannedCall = { name: string; arguments: Record<string, unknown> };

const maxCallsInTurn = 6;
const queryTerms = 16;
/** Characters of a question that are searched for as they stand: a search reads names, messages and frames in it itself. */
const longestQuery = 3_000;
const lookedInto = 2;

const withUse = (tools: readonly FittedTool[], ...uses: ToolUse[]): FittedTool[] =>
  tools.filter((fitted) => uses.includes(fitted.use));

/** The search that reaches most files: one over documentation only where there is no other. */
const searchOfAll = (tools: readonly FittedTool[]): FittedTool | undefined =>
  withUse(tools, 'code', 'search').at(0) ?? withUse(tools, 'prose').at(0);

const byWeight = (terms: readonly Term[]): Term[] => terms.toSorted((a, b) => b.weight - a.weight);

const queryOf = (terms: readonly Term[]): string => {
  const kept = new Set(byWeight(terms).slice(0, queryTerms));
  return terms
    .filter((term) => kept.has(term))
    .map((term) => term.text)
    .join(' ');
};

function call(fitted: FittedTool, text: string, more: Record<string, unknown> = {}): PlannedCall[] {
  const parameter = textParameter(fitted);
  if (parameter === null || text === '') return [];
  const extra = Object.entries(more).filter(([name]) => fitted.properties.has(name));
  const filled = { [parameter]: text, ...Object.fromEntries(extra) };
  return fitted.required.every((name) => name in filled) ? [{ name: fitted.tool.name, arguments: filled }] : [];
}

/** What a project says of itself, in the files at its top. */
function projectCalls(question: QuestionTerms, tools: readonly FittedTool[]): PlannedCall[] {
  const query = projectTopics(question).join(' ');
  if (query === '') return [];
  const search = withUse(tools, 'code', 'search').at(0);
  const pattern = withUse(tools, 'pattern').at(0);
  return projectFiles.flatMap((path) => {
    if (search !== undefined) return call(search, query, { path });
    return pattern === undefined ? [] : call(pattern, query.split(' ').join('|'), { path, ignore_case: true });
  });
}

/** Lines before and behind a line that a question names. */
const linesAround = 25;

/** Opens the lines that the question names, and searches in the files that it names. */
function namedPlaces({ text, places }: QuestionTerms, tools: readonly FittedTool[]): PlannedCall[] {
  const reader = withUse(tools, 'lines').at(0);
  const search = searchOfAll(tools);
  return places.flatMap(({ path, line }) => {
    if (line === null) return search === undefined ? [] : call(search, text.slice(0, longestQuery), { path });
    return reader === undefined ? [] : [readCall(reader, path, line - linesAround, line + linesAround)];
  });
}

function readCall(reader: FittedTool, path: string, first: number, last: number): PlannedCall {
  const from = reader.properties.has('first_line') ? 'first_line' : 'start_line';
  const to = reader.properties.has('last_line') ? 'last_line' : 'end_line';
  return { name: reader.tool.name, arguments: { path, [from]: Math.max(1, first), [to]: last } };
}

/** A licence names itself in its first lines, which no search finds by the words of a question. */
function readLicence({ question, scored }: Assessment, tools: readonly FittedTool[]): PlannedCall[] {
  const reader = withUse(tools, 'lines').at(0);
  if (reader === undefined || !asksForLicence(question)) return [];
  const paths = new Set(scored.map(({ passage }) => passage.path).filter(isLicenceFile));
  return [...paths].slice(0, 2).map((path) => readCall(reader, path, 1, licenceTitle));
}

/** The opening: searches over everything searchable, names looked up, a quoted message looked for literally. */
function opening(conversation: Conversation, tools: readonly FittedTool[]): PlannedCall[] {
  const { question } = assess(conversation.question, []);
  const query = conversation.question.slice(0, longestQuery) || queryOf(question.terms);
  const searches = withUse(tools, 'code', 'prose', 'search').flatMap((fitted) => call(fitted, query));
  const names = byWeight(question.terms.filter((term) => term.decisive)).slice(0, 2);
  const symbols = withUse(tools, 'symbol').flatMap((fitted) => names.flatMap((name) => call(fitted, name.text)));
  const literals = withUse(tools, 'pattern').flatMap((fitted) =>
    question.messages.slice(0, 1).flatMap((message) => call(fitted, literalPattern(message), { ignore_case: true })),
  );
  const planned = [
    ...namedPlaces(question, tools),
    ...searches,
    ...projectCalls(question, tools),
    ...symbols,
    ...literals,
  ];
  if (planned.length > 0) return planned;
  return withUse(tools, 'other', 'pattern').flatMap((fitted) =>
    call(fitted, query || conversation.question.slice(0, 200)),
  );
}

const literalPattern = (message: string): string =>
  message
    .slice(0, 60)
    .replace(/(?<!\S)\S*$/, (tail) => (message.length > 60 ? '' : tail))
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/g, '.');

/** Words not met so far are looked for by name: whether they stand anywhere decides what may be answered. */
function checkUnseen(assessment: Assessment, tools: readonly FittedTool[]): PlannedCall[] {
  const unsettled = assessment.unseen.filter((term) => !assessment.absent.includes(term));
  const rare = byWeight(unsettled.filter((term) => term.weight >= contentWeight)).slice(0, 12);
  if (rare.length === 0) return [];
  const patterns = withUse(tools, 'pattern');
  if (patterns.length > 0) {
    return patterns.flatMap((fitted) => call(fitted, rare.map(mentionPattern).join('|'), { ignore_case: true }));
  }
  return withUse(tools, 'code', 'prose', 'search').flatMap((fitted) => call(fitted, rare.map(searchForm).join(' ')));
}

/**
 * Searches within the files that the best passages stand in: a search over everything shows one place of each. What asks
 * for an error is looked for where the rest of the question points.
 */
function lookInto(assessment: Assessment, tools: readonly FittedTool[], asked: string): PlannedCall[] {
  const search = searchOfAll(tools);
  if (search === undefined || !search.properties.has('path')) return [];
  const { question, scored } = assessment;
  const [first, ...others] = new Set(scored.slice(0, 30).map(({ passage }) => passage.path));
  if (first === undefined) return [];
  const text = asked.slice(0, longestQuery);
  const clauses = clausesOf(question);
  const subject = clauses.some((clause) => clause.forError) ? subjectOf(question, clauses) : [];
  const second =
    subject.length > 0
      ? call(search, `${subject.join(' ')} error`, { path: first, limit: 3 })
      : others.slice(0, lookedInto - 1).flatMap((path) => call(search, text, { path, limit: 3 }));
  return [...call(search, text, { path: first, limit: 3 }), ...second];
}

/** Reads on around the best passages, where the tools have shown little of them. */
function readAround(assessment: Assessment, tools: readonly FittedTool[], count: number): PlannedCall[] {
  const reader = withUse(tools, 'lines').at(0);
  if (reader === undefined) return [];
  const paths = new Set<string>();
  return assessment.scored.slice(0, 12).flatMap(({ passage, score }) => {
    if (paths.size >= count || paths.has(passage.path) || score < 0.6 * assessment.best) return [];
    paths.add(passage.path);
    return [readCall(reader, passage.path, passage.firstLine - 12, passage.firstLine + passage.lines.length + 20)];
  });
}

function plan(conversation: Conversation, tools: readonly FittedTool[], turn: number): PlannedCall[] {
  if (turn === 0) return opening(conversation, tools);
  const assessment = assess(conversation.question, conversation.runs);
  const { terms, places } = assessment.question;
  const named = terms.some((term) => term.decisive) || places.length > 0;
  if (!named && foreignLanguage(conversation.question) !== null) return [];
  if (turn === 1) {
    return [
      ...readLicence(assessment, tools),
      ...checkUnseen(assessment, tools),
      ...lookInto(assessment, tools, conversation.question),
    ];
  }
  if (turn > 2) return [];
  const short = (assessment.scored[0]?.passage.lines.length ?? 99) < 4;
  return [...checkUnseen(assessment, tools), ...(short ? readAround(assessment, tools, 2) : [])];
}

const sameCall = (planned: PlannedCall): string => `${planned.name} ${JSON.stringify(planned.arguments)}`;

/** The next calls; none means that it is time to answer. A call that was answered is never made again. */
export function planCalls(conversation: Conversation): PlannedCall[] {
  if (!conversation.toolsAllowed) return [];
  const tools = fitTools(conversation.tools);
  const made = new Set(conversation.runs.map((run) => `${run.name} ${run.argumentsText}`));
  const planned = plan(conversation, tools, conversation.toolTurns);
  const fresh = new Map(planned.filter((one) => !made.has(sameCall(one))).map((one) => [sameCall(one), one]));
  return [...fresh.values()].slice(0, maxCallsInTurn);
}

// Tells what each offered tool is good for, from its name, its description and its parameters alone.

/** What a tool does for a question; `prose` and `code` are the searches over documentation and over source. */
type ToolUse = 'prose' | 'code' | 'search' | 'symbol' | 'pattern' | 'lines' | 'files' | 'other';

type FittedTool = {
  tool: OfferedTool;
  use: ToolUse;
  properties: ReadonlySet<string>;
  required: readonly string[];
};

const holds = (text: string, words: readonly string[]): boolean => {
  const index = indexStems(text);
  return words.some((word) => stemMatch(index, word) > 0);
};

function useOf(tool: OfferedTool, properties: ReadonlySet<string>, required: readonly string[]): ToolUse {
  const name = tool.name.replaceAll(/[_-]/g, ' ');
  if (properties.has('first_line') || properties.has('start_line') || /\bread\b/i.test(name)) return 'lines';
  if (required.includes('pattern') || /\bgrep\b/i.test(name)) return 'pattern';
  if (/\blist\b|\bls\b/i.test(name)) return 'files';
  if (/\bsymbol\b|\bdefinition\b/i.test(name) && required.length === 1) return 'symbol';
  if (!required.includes('query') && !/\bsearch\b/i.test(name)) return 'other';
  if (holds(name, ['doc', 'document', 'guid', 'prose'])) return 'prose';
  if (holds(name, ['code', 'sourc'])) return 'code';
  return 'search';
}

/** Every offered tool with its use. */
function fitTools(tools: readonly OfferedTool[]): FittedTool[] {
  return tools.map((tool) => {
    const schema = tool.parameters;
    const properties = new Set(Object.keys(typeof schema.properties === 'object' ? (schema.properties ?? {}) : {}));
    const listed = schema.required;
    const required = Array.isArray(listed) ? listed.filter((name): name is string => typeof name === 'string') : [];
    return { tool, use: useOf(tool, properties, required), properties, required };
  });
}

/** The first of the required parameters that takes the text of a call, or the likeliest of all. */
const textParameter = (fitted: FittedTool): string | null =>
  fitted.required.find((name) => name !== 'path') ??
  ['query', 'pattern', 'name', 'text', 'question'].find((name) => fitted.properties.has(name)) ??
  null;
