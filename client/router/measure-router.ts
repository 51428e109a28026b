/** Reads labels with what a router may know of them, and measures a router fitted to them on those that it has not seen. */
import { CommandFailure, messageOf, UsageError } from '../../lib/errors.ts';
import { crossValidate, usualRepetitions } from '../../router-fit/cross-validation.ts';
import type { LabelledQuestion } from '../../router-fit/example.ts';
import { type RouterFigures, routerFigures } from '../../router-fit/router-figures.ts';
import { folderOf } from '../evaluate/dataset-repository.ts';
import { readSettings } from '../../application/read-settings.ts';
import { startEmbedder } from '../../application/repository/embedder-process.ts';
import type { Opened } from '../repository/with-retrieval.ts';
import { note } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { type Label, readLabels, withFacts } from './router-labels.ts';

export type FactOptions = {
  /** Asks the configured embeddings endpoint; without one that is a mistake in the command. */
  embeddings: boolean;
  /** False: the labels' repositories are not opened. */
  repository: boolean;
};

/** @throws UsageError; CommandFailure where the embeddings endpoint fails */
export async function labelledQuestions(
  { retrieval, signal }: Opened,
  file: string,
  options: FactOptions,
): Promise<{ questions: LabelledQuestion[]; embeddingModel: string | null }> {
  const labels = await readLabels(file);
  const { embeddings } = readSettings();
  if (options.embeddings && embeddings === null)
    throw new UsageError('--embeddings needs an endpoint: set SWITCHYARD_EMBEDDINGS_MODEL (.env.example)');
  const wanted = options.embeddings ? embeddings : null;
  await using embedder = wanted === null ? null : startEmbedder(wanted);
  const places: Label[] = options.repository ? labels : labels.map(({ repository: _repository, ...label }) => label);
  const warn = (line: string) => note(printableLine(`note: ${line}`));
  const sources = { retrieval, embed: embedder?.embeddings.embed ?? null, signal, warn };
  try {
    return { questions: await withFacts(places, folderOf(file), sources), embeddingModel: wanted?.queryModel ?? null };
  } catch (error) {
    signal.throwIfAborted();
    throw embedder === null ? error : new CommandFailure(messageOf(error));
  }
}

/** Out of fold, every choice inside the folds: see docs/routing.md. @throws the signal's reason */
export async function outOfFoldFigures(
  questions: readonly LabelledQuestion[],
  { repetitions = usualRepetitions, signal }: { repetitions?: number; signal: AbortSignal },
): Promise<RouterFigures> {
  let told = performance.now();
  const onRepetition = (done: number, all: number) => {
    if (performance.now() - told < 5_000) return;
    told = performance.now();
    note(`cross-validation: ${done} of ${all} repetitions`);
  };
  return routerFigures(await crossValidate(questions, { repetitions, signal, onRepetition }));
}
