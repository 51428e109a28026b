/** Gives a question what people have remembered of its repository. */
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import { existsSync } from 'node:fs';

/**
 * For the question of a person; benchmarks never call it.
 * @param wanted false: the input as it is
 * @throws where a note is encrypted with a key that is missing
 */
export async function withNotes(
  settings: Pick<Config, 'dataDirectory' | 'encryption'>,
  input: QuestionInput,
  wanted: boolean,
): Promise<QuestionInput> {
  // Most data directories have none, and then nothing is loaded or asked.
  if (!wanted || !existsSync(dataPaths(settings.dataDirectory).memory)) return input;
  const { notesForRun } = await import('./notes.ts');
  const notes = await notesForRun(settings, input.repository);
  return notes.length === 0 ? input : { ...input, notes };
}
