/** `switchyard serve`: serves until Ctrl-C. */
import { once } from 'node:events';
import type { QuestionBudget } from '../../application/questions/question-input.ts';
import { readSettings } from '../../application/read-settings.ts';
import { LastingSession } from '../../application/session/lasting-session.ts';
import { openSession } from '../../application/session/session.ts';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { redactorOf } from '../../config/redactor.ts';
import { ownServeKey, type ServeKey } from '../../config/serve-keys.ts';
import { messageOf, UsageError } from '../../lib/errors.ts';
import { giveBackWhenIdle } from '../../lib/idle-memory.ts';
import { createLogger } from '../../observability/logging.ts';
import type { HttpServer } from '../../serve/http/server.ts';
import { type Served, servedPipelines, servedRepositories } from '../../serve/served.ts';
import { startServe } from '../../serve/start-serve.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { inColumns, note, print, printJson } from '../terminal/output.ts';

export type ServeChoice = QuestionBudget & {
  repo: string[];
  pipeline: string[];
  host: string;
  port: number;
  publicUrl?: URL;
  allowHost: string[];
  allowOrigin: string[];
  requestsPerMinute: number;
  concurrentRequests: number;
  memory: boolean;
  json: boolean;
};

/** @returns the exit code, once Ctrl-C was pressed and what was open has ended */
export async function runServe(choice: ServeChoice): Promise<number> {
  const settings = readSettings();
  const repositories = await servedRepositories(choice.repo);
  const pipelines = await servedPipelines(choice.pipeline, settings);
  const { keys, newKey } = keysOf(settings, choice.host);
  using interrupt = listenForInterrupt();
  const request = { settings, need: 'worker', onProgress: note, signal: interrupt.signal } as const;
  // Runs that are open go on in another runtime, whether somebody asks or not.
  await using session: LastingSession = new LastingSession(
    () => openSession(request),
    () => void session.opened().catch((error: unknown) => note(messageOf(error))),
  );
  await session.opened();
  const redactor = redactorOf({ ...settings, serve: { ...settings.serve, keys } });
  const log = createLogger({ level: settings.logLevel, file: null, redactor });
  const { publicUrl = null, memory, maxModelCalls, maxTokens, maxCostUsd, maxSeconds } = choice;
  const budget: QuestionBudget = {
    ...(maxModelCalls === undefined ? {} : { maxModelCalls }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
  };
  const served: Served = { settings, session, repositories, pipelines, budget, memory, publicUrl, log };
  await using server = await startServe(served, {
    ...{ host: choice.host, port: choice.port, keys },
    limits: { requestsPerMinute: choice.requestsPerMinute, concurrentRequests: choice.concurrentRequests },
    origins: { hosts: choice.allowHost, origins: choice.allowOrigin },
  });
  tellAddresses(server, newKey, choice.json);
  using _memory = giveBackWhenIdle();
  if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
  note('stopping …');
  return exitCodes.worked;
}

type Keys = { keys: readonly [ServeKey, ...ServeKey[]]; newKey: ServeKey | null };

/** @throws UsageError where others could reach the server and nobody has chosen a key */
function keysOf({ serve, dataDirectory }: Config, host: string): Keys {
  const [first, ...others] = serve.keys;
  if (first !== undefined) return { keys: [first, ...others], newKey: null };
  if (!/^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host))
    throw new UsageError(
      `--host ${host} lets other machines in, and SWITCHYARD_SERVE_KEYS is not set: name those who may ask, and their keys`,
    );
  const { keys, isNew, mistakes } = ownServeKey(dataPaths(dataDirectory).serveKeys);
  const [own] = keys;
  if (own === undefined) throw new UsageError(mistakes.join('; '));
  return { keys: [own], newKey: isNew ? own : null };
}

/** A key that was made is shown this once. */
function tellAddresses(server: HttpServer, newKey: ServeKey | null, json: boolean): void {
  const signInUrl = server.newSignInUrl();
  if (json) {
    printJson({ url: server.url, signInUrl, key: newKey?.key ?? null });
    return;
  }
  const rows: [string, string][] = [
    ['server', server.url],
    ['pages', `${signInUrl} (signs a browser in, once, within an hour)`],
    ...(newKey === null ? [] : [['key', `${newKey.key} (kept, and not shown again)`] as [string, string]]),
  ];
  print(inColumns(rows).join('\n'));
  note('Ctrl-C stops it; runs go on');
}
