/** Reads a fitted router's file, or says what is wrong with it. */
import { parseRouter } from '../../application/pipelines/fitted-file.ts';
import type { FittedRouter } from '../../contracts/fitted-router.ts';
import { UsageError } from '../../lib/errors.ts';
import { readWholeFile } from '../input/json-lines-file.ts';

/** @throws UsageError for a file that cannot be read, or is no fitted router */
export async function readRouterFile(file: string): Promise<FittedRouter> {
  const read = parseRouter(await readWholeFile(file));
  if ('problem' in read) throw new UsageError(`${file} is no fitted router: ${read.problem}`);
  return read.router;
}
