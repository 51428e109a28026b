/** By what a run is found again in lists: what its memo says of its question, pipeline and repository. */
import { cut, printableLine } from '../lib/printable.ts';
import type { QuestionInput } from './run.ts';

export type RunMemo = { question: string; pipeline: string; repository: string };

const questionCharacters = 200;
const labelCharacters = 100;

/** The memo of a run; its pipeline and repository are search attributes, too. */
export function runMemo({ question, pipeline, repository }: QuestionInput): RunMemo {
  return {
    question: cut(printableLine(question), questionCharacters),
    pipeline: pipeline.name,
    repository: repositoryLabel(repository.kind === 'path' ? repository.path : repository.url),
  };
}

/** The last part of a path or URL: what a person calls it, and what lists of runs name. */
export function repositoryLabel(place: string): string {
  const last = place
    .replace(/(?<![/\\])[/\\]+$/, '')
    .split(/[/\\:]/)
    .at(-1);
  return cut(printableLine(last ?? place), labelCharacters);
}
