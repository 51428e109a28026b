/**
 * Where the repositories of a dataset are: a git URL or an absolute folder as it stands, a folder relative to the dataset's
 * own file. Earlier datasets name folders relative to Switchyard's own: those are found where the first is not there.
 */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { codeFolder } from '../../lib/own-files.ts';
import type { RepositoryOptions } from '../../application/questions/repository-argument.ts';

/** What the repositories of earlier datasets are relative to. */
export const formerRoot = codeFolder;

export type Place = Required<Pick<RepositoryOptions, 'repo'>> & Pick<RepositoryOptions, 'ref'>;

export function placeOf({ repository, ref }: Pick<DatasetQuestion, 'repository' | 'ref'>, folder: string): Place {
  return { repo: foundIn(repository, folder).repo, ...(ref === null ? {} : { ref }) };
}

/** One line for each repository that is named in the earlier way. */
export function formerPlaces(questions: readonly DatasetQuestion[], folder: string): string[] {
  const names = [...new Set(questions.map(({ repository }) => repository))];
  return names
    .filter((name) => foundIn(name, folder).former)
    .map(
      (name) =>
        `"${name}" is relative to Switchyard's own folder, as datasets of earlier versions have it: write it relative to the dataset's file`,
    );
}

function foundIn(repository: string, folder: string): { repo: string; former: boolean } {
  if (repository.includes(':') || isAbsolute(repository)) return { repo: repository, former: false };
  const own = resolve(folder, repository);
  const former = resolve(formerRoot, repository);
  if (existsSync(own) || !existsSync(former)) return { repo: own, former: false };
  return { repo: former, former: true };
}

/** The folder that the repositories of a dataset's file are relative to. */
export const folderOf = (file: string): string => dirname(resolve(file));
