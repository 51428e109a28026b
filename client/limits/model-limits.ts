/** Shows and changes what endpoints may be asked, while workers run. */
import type { Config } from '../../config/config.ts';
import { limitsInForce, queuedEndpoints, readLimitsFile, writeLimitsFile } from '../../config/model-limits.ts';
import { type EndpointName, isLimited, type ModelLimits } from '../../contracts/model/limits.ts';
import { endpointNames, modelQueueOf } from '../../contracts/names.ts';
import { CommandFailure, UsageError } from '../../lib/errors.ts';
import { type QueueFigures, queueFigures, setQueueRate } from '../../runtime/temporal/queue-rate.ts';
import { exitCodes } from '../exit-codes.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { inColumns, note, print, printJson } from '../terminal/output.ts';
import { countText } from '../../application/words/run-words.ts';

/** Null removes a limit; what is absent stays. */
export type ChangedLimits = { [Name in keyof ModelLimits]?: ModelLimits[Name] };
export type LimitsOptions = { endpoint: EndpointName; json: boolean };

export async function showLimits(json: boolean): Promise<number> {
  const settings = readSettings();
  return withServer(settings, async (session) => {
    const rows = await rowsOf(session, settings);
    if (json) printJson(rows);
    else print(textOf(rows));
  });
}

/** @throws UsageError where no limit is named */
export async function setLimits(changed: ChangedLimits, { endpoint, json }: LimitsOptions): Promise<number> {
  if (Object.values(changed).every((value) => value === undefined))
    throw new UsageError('which limit? Give --requests, --tokens or --concurrency, a number or none');
  const settings = readSettings();
  expectEndpoint(settings, endpoint);
  const before = limitsInForce(settings)[endpoint];
  return change(settings, { ...readLimitsFile(settings.dataDirectory), [endpoint]: { ...before, ...changed } }, json);
}

/** The configuration's hold again. Its queue is polled on while this data directory has the file: calls may be in it. */
export async function resetLimits({ endpoint, json }: LimitsOptions): Promise<number> {
  const settings = readSettings();
  const file = { ...readLimitsFile(settings.dataDirectory), [endpoint]: settings.model.limits[endpoint] };
  return change(settings, file, json);
}

async function change(settings: Config, file: Parameters<typeof writeLimitsFile>[1], json: boolean): Promise<number> {
  return withServer(settings, async (session) => {
    writeLimitsFile(settings.dataDirectory, file);
    const limits = limitsInForce(settings);
    for (const name of queuedEndpoints(settings)) {
      const refusal = await setQueueRate(
        session.connection.workflowService,
        queueOf(session, name),
        limits[name].requests,
      );
      if (refusal !== null) throw new CommandFailure(`the server does not limit calls a minute: ${refusal}`);
    }
    const rows = await rowsOf(session, settings);
    if (json) printJson(rows);
    else print(textOf(rows));
    note(
      'workers of this data directory take it up within two seconds; runs that began without any limit go on without',
    );
  });
}

function expectEndpoint({ model }: Config, endpoint: EndpointName): void {
  if (endpoint === 'fallback' && model.fallback === null)
    throw new UsageError('fallback models are asked at the same endpoint: SWITCHYARD_FALLBACK_BASE_URL is not set');
}

async function withServer(settings: Config, work: (session: Session) => Promise<void>): Promise<number> {
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  await work(session);
  return exitCodes.worked;
}

const queueOf = ({ namespace, taskQueue }: Session, name: EndpointName) => ({
  namespace,
  taskQueue: modelQueueOf(taskQueue, name),
});

type Row = ModelLimits & {
  endpoint: EndpointName;
  setBy: 'command' | 'configuration' | null;
  /** Null while calls have no queue of their own. */
  queue: (QueueFigures & { name: string }) | null;
};

async function rowsOf(session: Session, settings: Config): Promise<Row[]> {
  const [limits, file, queued] = [
    limitsInForce(settings),
    readLimitsFile(settings.dataDirectory),
    queuedEndpoints(settings),
  ];
  const shown = endpointNames.filter((name) => name === 'model' || settings.model.fallback !== null);
  return Promise.all(
    shown.map(async (endpoint) => {
      const { namespace, taskQueue } = queueOf(session, endpoint);
      const isQueued = queued.includes(endpoint);
      const figures = isQueued
        ? await queueFigures(session.connection.workflowService, { namespace, taskQueue })
        : null;
      const setBy = file[endpoint] !== undefined ? 'command' : isLimited(limits[endpoint]) ? 'configuration' : null;
      return { endpoint, ...limits[endpoint], setBy, queue: figures && { name: taskQueue, ...figures } };
    }),
  );
}

function textOf(rows: readonly Row[]): string {
  const most = (limit: number | null, unit: string) => (limit === null ? 'no limit' : `${countText(limit)} ${unit}`);
  return rows
    .map(({ endpoint, requests, tokens, concurrency, setBy, queue }) =>
      [
        `${endpoint}${setBy === null ? '' : `, set by the ${setBy}`}`,
        ...inColumns([
          ['  calls', most(requests, 'a minute, by all workers together')],
          ['  tokens', most(tokens, 'a minute, by each worker process')],
          ['  at once', most(concurrency, 'calls, by each worker process')],
          [
            '  queue',
            queue === null
              ? 'none: no limit is set'
              : `${queue.name}: ${countText(queue.waiting)} wait, ${countText(queue.workers)} ${queue.workers === 1 ? 'worker' : 'workers'}, the server gives out ${most(queue.perMinute, 'a minute')}`,
          ],
        ]),
      ].join('\n'),
    )
    .join('\n');
}
