/** Puts a fitted router into the pipeline that names its file, so that a run, and a comparison of pipelines, has its content. */
import { dirname } from 'node:path';
import { FittedRouter } from '../../contracts/fitted-router.ts';
import { openRouter, UnfitRouter } from '../../router-fit/predict-route.ts';
import type { LocatedMessage } from './pipeline-mistakes.ts';
import { readBeside } from './prompt-files.ts';

const maxBytes = 400_000;

/** Replaces `fittedFile` of the router by `fitted`, in place; the file is named as a prompt file is. */
export async function resolveFittedFile(spec: unknown, pipelineFile: string): Promise<LocatedMessage[]> {
  const router = isObject(spec) ? spec.router : undefined;
  if (!isObject(router) || !('fittedFile' in router)) return [];
  const { fittedFile: name } = router;
  delete router.fittedFile;
  const path = ['router', 'fittedFile'];
  if ('fitted' in router) return [{ path, message: 'give fitted or fittedFile, not both' }];
  if (typeof name !== 'string' || name === '') return [{ path, message: 'must name a file' }];
  const read = await readBeside(dirname(pipelineFile), name, { what: 'a fitted router', maxBytes });
  const parsed = 'problem' in read ? read : parseRouter(read.text);
  if ('router' in parsed) {
    router.fitted = parsed.router;
    return [];
  }
  // The rules would complain of the same mistake once more.
  delete router.kind;
  return [{ path, message: 'text' in read ? `"${name}" is no fitted router: ${parsed.problem}` : parsed.problem }];
}

/** The router that a text holds, or what is wrong with it. */
export function parseRouter(text: string): { router: FittedRouter } | { problem: string } {
  try {
    const router = FittedRouter.parse(JSON.parse(text));
    openRouter(router);
    return { router };
  } catch (error) {
    return { problem: error instanceof UnfitRouter ? error.message : 'it is not what `switchyard router fit` writes' };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
