/** Grades the tool calls one by one: what each was good for. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { LoggedToolCall, RunLogRecord } from '../../contracts/run-log.ts';
import { inExpected } from './expected-places.ts';
import { fits, neededKinds, toolKind } from './needed-kinds.ts';

/**
 * `redundant`: repeats an earlier call, whoever made that; `needed`: showed an expected place or what the answer cites;
 * `wrong-kind`: did not, and searches another kind of text than the question calls for; `unused`: the rest.
 */
export type CallFinding = 'needed' | 'redundant' | 'wrong-kind' | 'unused';
export type GradedCall = { tool: string; finding: CallFinding };

export type ToolFigures = {
  calls: GradedCall[];
  counts: Record<CallFinding, number>;
  /** Calls counted as needed of which the log does not say what they showed, or whether they repeat an earlier one. */
  useUnknown: number;
  /** Calls not counted as of a wrong kind because the kind of their tool, or of text that the question calls for, is unknown. */
  kindUnknown: number;
  /** Routes that the question needs and that no call served, of those that are known to call for a kind of text. */
  missing: string[];
  /** A call showed an expected file; null where the log does not say what calls showed, or the question has no expected places. */
  expectedShown: boolean | null;
};

/** Null where the log does not say which tools were called. */
export function gradeTools(record: RunLogRecord, question: DatasetQuestion): ToolFigures | null {
  const made = record.tools_called;
  if (made === null) return null;
  const cited = new Set((record.evidence ?? []).map(({ path }) => path));
  const seen = new Set<string>();
  let [useUnknown, kindUnknown] = [0, 0];
  const calls = made.map((call, at): GradedCall => {
    const finding = findingOf(call, { question, cited, repeated: keysOf(call).some((key) => seen.has(key)) });
    for (const key of keysOf(call)) seen.add(key);
    if (finding === 'needed' && isUseUnknown(call, made.slice(0, at), question)) useUnknown += 1;
    if (isKindUnknown(call, finding, question)) kindUnknown += 1;
    return { tool: call.tool, finding };
  });
  const count = (finding: CallFinding) => calls.filter((call) => call.finding === finding).length;
  return {
    calls,
    counts: {
      needed: count('needed'),
      redundant: count('redundant'),
      'wrong-kind': count('wrong-kind'),
      unused: count('unused'),
    },
    useUnknown,
    kindUnknown,
    missing: missingRoutes(made, question),
    expectedShown: expectedShown(made, question),
  };
}

type Scene = { question: DatasetQuestion; cited: ReadonlySet<string>; repeated: boolean };

function findingOf(call: LoggedToolCall, { question, cited, repeated }: Scene): CallFinding {
  if (repeated) return 'redundant';
  const useful = call.paths?.some((path) => inExpected(question.gold, path) || cited.has(path)) ?? false;
  if (useful) return 'needed';
  if (fits(toolKind(call), question) === false) return 'wrong-kind';
  if (call.status === 'error') return 'unused';
  // Where nothing is to be found, looking is the work; where the log does not say what was shown, doubt speaks for the call.
  return question.kind === 'unanswerable' || call.paths === null ? 'needed' : 'unused';
}

function isUseUnknown(call: LoggedToolCall, earlier: readonly LoggedToolCall[], { kind }: DatasetQuestion): boolean {
  if (call.paths === null && kind === 'answerable') return true;
  return keysOf(call).length === 0 && earlier.some(({ tool }) => tool === call.tool);
}

/** A call that showed what was needed is of no wrong kind, whatever its tool searches. */
function isKindUnknown(call: LoggedToolCall, finding: CallFinding, question: DatasetQuestion): boolean {
  const useful = finding === 'needed' && call.paths !== null;
  return !useful && finding !== 'redundant' && fits(toolKind(call), question) === null;
}

/** Two calls are the same when they asked for the same, or the same bytes came back. */
function keysOf({ tool, arguments_text, content, status }: LoggedToolCall): string[] {
  const asked = arguments_text === null ? [] : [`asked ${tool} ${normalArguments(arguments_text)}`];
  return content === null || status === 'error' ? asked : [...asked, `got ${content}`];
}

/** Order of keys and spaces does not make another call. */
function normalArguments(text: string): string {
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return text;
    return JSON.stringify(Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  } catch {
    return text; // the model's words, as they are
  }
}

function missingRoutes(made: readonly LoggedToolCall[], question: DatasetQuestion): string[] {
  return neededKinds(question)
    .filter(({ kinds }) => kinds !== null && !made.some((call) => serves(call, kinds, question)))
    .map(({ route }) => route);
}

/** A tool of any kind, or of an unknown one, serves when it showed an expected place, or where there is none to show. */
function serves(call: LoggedToolCall, kinds: readonly string[], { kind, gold: expected }: DatasetQuestion): boolean {
  const own = toolKind(call);
  if (own !== 'any' && own !== null) return kinds.includes(own);
  return kind === 'unanswerable' || call.paths === null || call.paths.some((path) => inExpected(expected, path));
}

function expectedShown(made: readonly LoggedToolCall[], { gold: expected }: DatasetQuestion): boolean | null {
  if (expected.paths.length === 0) return null;
  if (made.length > 0 && made.every(({ paths }) => paths === null)) return null;
  return made.some(({ paths }) => paths?.some((path) => inExpected(expected, path)) ?? false);
}
