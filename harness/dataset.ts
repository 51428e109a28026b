/** Reads a dataset: questions with their ground truth, each id once. */
import { DatasetQuestion } from '../contracts/dataset.ts';
import { compilePattern, PatternProblem } from './graders/linear-pattern.ts';
import { LineProblem, readJsonLine } from './json-lines.ts';

/** The questions of a dataset that may be asked: what a reviewer has rejected is none. Else as `readAllQuestions`. */
export function readDataset(text: string, file: string): DatasetQuestion[] {
  const asked = readAllQuestions(text, file).filter(({ review }) => review?.verdict !== 'rejected');
  if (asked.length === 0) throw new LineProblem(`${file} has no question that was not rejected`);
  return asked;
}

/**
 * @param file as messages name it
 * @throws LineProblem with the line that does not fit, or that has an id for the second time
 */
export function readAllQuestions(text: string, file: string): DatasetQuestion[] {
  const lineOfId = new Map<string, number>();
  const questions = text.split('\n').flatMap((line, at) => questionOf(line, { file, line: at + 1, lineOfId }) ?? []);
  if (questions.length === 0) throw new LineProblem(`${file} has no lines`);
  return questions;
}

/** What every line is, or what is wrong with it: a check tells all at once. */
export function readEachQuestion(text: string, file: string): { questions: DatasetQuestion[]; problems: string[] } {
  const lineOfId = new Map<string, number>();
  const problems: string[] = [];
  const questions = text.split('\n').flatMap((line, at) => {
    try {
      return questionOf(line, { file, line: at + 1, lineOfId }) ?? [];
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  return { questions, problems };
}

type Place = { file: string; line: number; lineOfId: Map<string, number> };

/** Null for an empty line. @throws LineProblem */
function questionOf(text: string, { file, line, lineOfId }: Place): DatasetQuestion | null {
  if (text.trim() === '') return null;
  const place = `${file}:${line}`;
  const question = readJsonLine(text, place, DatasetQuestion);
  const earlier = lineOfId.get(question.id);
  if (earlier !== undefined) throw new LineProblem(`${place}: id "${question.id}" stands on line ${earlier} already`);
  lineOfId.set(question.id, line);
  refusePatterns(question, place);
  return question;
}

/** A regular expression that cannot be searched for in bounded time is reported before anything is asked. */
function refusePatterns(question: DatasetQuestion, place: string): void {
  for (const field of ['must_mention', 'forbidden_claims'] as const)
    for (const [at, fact] of question[field].entries())
      for (const { text, match } of fact) if (match === 'regex') tryPattern(text, `${place}: ${field}.${at}`);
}

function tryPattern(source: string, place: string): void {
  try {
    compilePattern(source);
  } catch (error) {
    if (!(error instanceof PatternProblem)) throw error;
    throw new LineProblem(`${place}: the regular expression ${JSON.stringify(source)} is refused: ${error.message}`);
  }
}
