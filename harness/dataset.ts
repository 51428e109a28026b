/** Reads a dataset: questions with their gold, each id once. */
import { DatasetQuestion } from '../contracts/dataset.ts';
import { LineProblem, readJsonLine } from './json-lines.ts';

/**
 * @param file as messages name it
 * @throws LineProblem with the line that does not fit, or that has an id for the second time
 */
export function readDataset(text: string, file: string): DatasetQuestion[] {
  const lineOfId = new Map<string, number>();
  const questions = text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    const place = `${file}:${at + 1}`;
    const question = readJsonLine(line, place, DatasetQuestion);
    const earlier = lineOfId.get(question.id);
    if (earlier !== undefined) throw new LineProblem(`${place}: id "${question.id}" stands on line ${earlier} already`);
    lineOfId.set(question.id, at + 1);
    return [question];
  });
  if (questions.length === 0) throw new LineProblem(`${file} has no lines`);
  return questions;
}
