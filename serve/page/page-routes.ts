/** What `switchyard serve` shows to people: every path of the page, and who answers it. */
import { openStepReader, type StepReader } from '../../application/traces/step-texts.ts';
import type { Route } from '../http/route.ts';
import type { Served } from '../served.ts';
import type { PageHandler, PageParts } from './page-parts.ts';
import { ask, askPage } from './routes/ask.ts';
import { asset } from './routes/assets.ts';
import { benchmarkReport, benchmarksPage, decisionsPage, threadPage, threadsPage } from './routes/others.ts';
import { decide, rate, steer } from './routes/run-actions.ts';
import { runEvents } from './routes/run-events.ts';
import { runPage, runsPage, stepPage, timelinePage } from './routes/runs.ts';
import { sourcePage } from './routes/sources.ts';
import { steeringActions } from './html/run-forms.ts';

type Row = readonly [method: 'GET' | 'POST', path: string, handler: PageHandler];

const rows: readonly Row[] = [
  ['GET', '/', askPage],
  ['POST', '/ask', ask],
  ['GET', '/runs', runsPage],
  ['GET', '/runs/:id', runPage],
  ['GET', '/runs/:id/events', runEvents],
  ['GET', '/runs/:id/timeline', timelinePage],
  ['GET', '/runs/:id/steps/:step', stepPage],
  ['GET', '/runs/:id/sources/:number', sourcePage],
  ['POST', '/runs/:id/rate', rate],
  ['POST', '/runs/:id/decide', decide],
  ...steeringActions.map((action): Row => ['POST', `/runs/:id/${action}`, steer(action)]),
  ['GET', '/threads', threadsPage],
  ['GET', '/threads/:id', threadPage],
  ['GET', '/decisions', decisionsPage],
  ['GET', '/benchmarks', benchmarksPage],
  ['GET', '/benchmarks/:id/report', benchmarkReport],
];

/** The style and the script say nothing of anybody, and the page on which one signs in has them too. */
const openRows: readonly Row[] = [
  ['GET', '/assets/page.css', asset('style')],
  ['GET', '/assets/page.js', asset('script')],
];

/** Errors are thrown: the server makes pages of them where a browser has asked. */
export function pageRoutes(served: Served): Route[] {
  const parts: PageParts = { ...served, steps: keptOpen(() => openStepReader(served.settings)) };
  const routeOf =
    (access: Route['access']) =>
    ([method, path, handler]: Row): Route => ({
      ...{ method, path, access },
      handle: (request, context) => handler(request, context, parts),
    });
  return [...rows.map(routeOf('page')), ...openRows.map(routeOf('open'))];
}

/** Opened once, and again where that has failed. */
function keptOpen(open: () => Promise<StepReader>): () => Promise<StepReader> {
  let opened: Promise<StepReader> | null = null;
  return () => {
    const opening = opened ?? open();
    opened = opening;
    opening.catch(() => {
      if (opened === opening) opened = null;
    });
    return opening;
  };
}
