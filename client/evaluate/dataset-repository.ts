/** Where the repositories of a dataset are: a git URL as it stands, a folder relative to the project's root. */
import { resolve } from 'node:path';
import { checkoutFolder } from '../../config/load-config.ts';

export const datasetRoot = checkoutFolder;

export function datasetRepository(repository: string): string {
  return repository.includes(':') ? repository : resolve(datasetRoot, repository);
}
