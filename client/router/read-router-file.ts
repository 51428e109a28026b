/** Reads a fitted router's file, or says what is wrong with it. */
import { FittedRouter } from '../../contracts/fitted-router.ts';
import { messageOf, UsageError } from '../../lib/errors.ts';
import { openRouter, UnfitRouter } from '../../router-fit/predict-route.ts';
import { readWholeFile } from '../input/json-lines-file.ts';

/** @throws UsageError for a file that cannot be read, or is no fitted router */
export async function readRouterFile(file: string): Promise<FittedRouter> {
  const text = await readWholeFile(file);
  try {
    const router = FittedRouter.parse(JSON.parse(text));
    openRouter(router);
    return router;
  } catch (error) {
    const why = error instanceof UnfitRouter ? messageOf(error) : 'it is not what `switchyard router fit` writes';
    throw new UsageError(`${file} is no fitted router: ${why}`);
  }
}
