/** Reads the next runs of a benchmark out of its folder, so that no dataset is ever an input of a workflow. */
import { trialIdOf } from '../../contracts/names.ts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BenchmarkTrial, NextQuestionsInput, QuestionPage } from '../../contracts/benchmark.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { RepositoryRef } from '../../contracts/snapshot.ts';
import { heartbeats } from '../context.ts';
import type { BenchmarkDependencies } from '../dependencies.ts';
import type { BenchmarkFolder, BenchmarkFolders } from './benchmark-folder.ts';

/** Characters of question text in one page. */
const mostCharacters = 200_000;

/** Question by question, then trial by trial, then variant by variant: whenever it stops, the variants are level. */
export const nextQuestions =
  ({ folders, latestRunId }: Deps) =>
  async ({ id, cursor, most, ...roots }: NextQuestionsInput): Promise<QuestionPage> => {
    using _beats = heartbeats();
    const folder = await folders.open(id);
    const trials: BenchmarkTrial[] = [];
    let characters = 0;
    let at = cursor;
    for (; trials.length < most && characters < mostCharacters; at += 1) {
      const trial = trialAt(folder, at, roots);
      if (trial === null) return { trials, cursor: null };
      const { questionId: question_id, arm: variant } = trial;
      if (await folder.log.has({ question_id, variant, trial: trial.trial })) continue;
      trials.push({ ...trial, ...(await forkOf(folder, trial, latestRunId)) });
      characters += trial.question.length;
    }
    return { trials, cursor: at };
  };

type Deps = Pick<BenchmarkDependencies, 'latestRunId'> & { folders: BenchmarkFolders };

/** Nothing where that run is gone: it is asked as any other then. */
async function forkOf(
  { manifest }: BenchmarkFolder,
  { questionId, trial }: BenchmarkTrial,
  latestRunId: Deps['latestRunId'],
): Promise<Pick<BenchmarkTrial, 'forkOf'>> {
  if (manifest.forkOf === undefined) return {};
  const { benchmark, variant } = manifest.forkOf;
  const workflowId = trialIdOf(benchmark, variant, questionId, trial);
  const runId = await latestRunId(workflowId);
  return runId === null ? {} : { forkOf: { workflowId, runId } };
}

function trialAt({ manifest, questions }: BenchmarkFolder, at: number, roots: Roots): BenchmarkTrial | null {
  const { variants, trials } = manifest;
  const question = questions[Math.floor(at / (variants.length * trials))];
  const variant = variants[at % variants.length];
  if (question === undefined || variant === undefined) return null;
  const trial = (Math.floor(at / variants.length) % trials) + 1;
  const repository = repositoryAt(question, roots);
  return { at, arm: variant.name, questionId: question.id, question: question.question, repository, trial };
}

type Roots = Pick<NextQuestionsInput, 'root' | 'datasetFolder'>;

/** A dataset names folders relative to its own file, those of earlier versions relative to the project's root, or git URLs. */
function repositoryAt({ repository, ref: pinned }: DatasetQuestion, { root, datasetFolder }: Roots): RepositoryRef {
  const ref = pinned === null ? {} : { ref: pinned };
  if (repository.includes(':')) return { kind: 'url', url: repository, ...ref };
  const own = datasetFolder === undefined ? null : resolve(datasetFolder, repository);
  const path = own !== null && existsSync(own) ? own : resolve(root, repository);
  return { kind: 'path', path, ...ref };
}
