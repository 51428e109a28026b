/**
 * Where the repositories of a dataset are: a git URL or an absolute folder as it stands, a folder relative to the dataset's
 * own file. Earlier datasets name folders relative to Switchyard's own: those are found where the first is not there.
 */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { codeFolder, isPackaged, packageFolder } from '../../lib/own-files.ts';
import type { RepositoryOptions } from '../../application/questions/repository-argument.ts';

/** The folder of the datasets that ship, which name packages that npm installs. */
export const shippedFolder = join(codeFolder, 'datasets');

/** What the repositories of earlier datasets are relative to; of the npm package, a folder next to what is installed with it. */
export const formerRoot = isPackaged ? dirname(dirname(packageFolder)) : codeFolder;

/** What brings the repositories of the datasets that ship. */
export const bringsShipped = isPackaged
  ? 'the questions that ship are about fastify: install fastify@5.12.8 as Switchyard was installed'
  : 'the questions that ship need the development dependencies: npm ci';

export type Place = Required<Pick<RepositoryOptions, 'repo'>> & Pick<RepositoryOptions, 'ref'>;

export function placeOf({ repository, ref }: Pick<DatasetQuestion, 'repository' | 'ref'>, folder: string): Place {
  return { repo: foundIn(repository, folder).repo, ...(ref === null ? {} : { ref }) };
}

/** One line for each repository that is named in the earlier way. */
export function formerPlaces(questions: readonly DatasetQuestion[], folder: string): string[] {
  if (resolve(folder) === shippedFolder) return [];
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
