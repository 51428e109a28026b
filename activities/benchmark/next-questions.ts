/** Reads the next runs of a benchmark out of its folder, so that no dataset is ever an input of a workflow. */
import { resolve } from 'node:path';
import type { BenchmarkTrial, NextQuestionsInput, QuestionPage } from '../../contracts/benchmark.ts';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { heartbeats } from '../context.ts';
import type { BenchmarkFolder, BenchmarkFolders } from './benchmark-folder.ts';

/** Characters of question text in one page. */
const mostCharacters = 200_000;

/** Question by question, then trial by trial, then variant by variant: whenever it stops, the variants are level. */
export const nextQuestions =
  ({ folders }: { folders: BenchmarkFolders }) =>
  async ({ id, root, cursor, most }: NextQuestionsInput): Promise<QuestionPage> => {
    using _beats = heartbeats();
    const folder = await folders.open(id);
    const trials: BenchmarkTrial[] = [];
    let characters = 0;
    let at = cursor;
    for (; trials.length < most && characters < mostCharacters; at += 1) {
      const trial = trialAt(folder, at, root);
      if (trial === null) return { trials, cursor: null };
      const { questionId: question_id, arm: variant } = trial;
      if (await folder.log.has({ question_id, variant, trial: trial.trial })) continue;
      trials.push(trial);
      characters += trial.question.length;
    }
    return { trials, cursor: at };
  };

function trialAt({ manifest, questions }: BenchmarkFolder, at: number, root: string): BenchmarkTrial | null {
  const { variants, trials } = manifest;
  const question = questions[Math.floor(at / (variants.length * trials))];
  const variant = variants[at % variants.length];
  if (question === undefined || variant === undefined) return null;
  const trial = (Math.floor(at / variants.length) % trials) + 1;
  const repository = repositoryAt(question.repository, root);
  return { at, arm: variant.name, questionId: question.id, question: question.question, repository, trial };
}

/** A dataset names folders relative to the project's root, or git URLs. */
function repositoryAt(repository: string, root: string): RepositoryRef {
  return repository.includes(':')
    ? { kind: 'url', url: repository }
    : { kind: 'path', path: resolve(root, repository) };
}
