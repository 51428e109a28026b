/** Reads a fitted router's file, or says what is wrong with it. */
import { FittedRouter } from '../../contracts/fitted-router.ts';
import { UsageError } from '../../lib/errors.ts';
import { openRouter, UnfitRouter } from '../../router-fit/predict-route.ts';
import { readWholeFile } from '../input/json-lines-file.ts';

/** @throws UsageError for a file that cannot be read, or is no fitted router */
export async function readRouterFile(file: string): Promise<FittedRouter> {
  const read = parseRouter(await readWholeFile(file));
  if ('problem' in read) throw new UsageError(`${file} is no fitted router: ${read.problem}`);
  return read.router;
}

export function parseRouter(text: string): { router: FittedRouter } | { problem: string } {
  try {
    const router = FittedRouter.parse(JSON.parse(text));
    openRouter(router);
    return { router };
  } catch (error) {
    return { problem: error instanceof UnfitRouter ? error.message : 'it is not what `switchyard router fit` writes' };
  }
}
