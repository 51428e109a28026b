/** Client code of the checkout that is measured, which need not be this one. Files that move are named here alone. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { openSession } from '../../../client/session.ts';
import type { questionInput } from '../../../client/ask/question-input.ts';
import type { startRun } from '../../../client/ask/start-run.ts';
import type { outcomeOf } from '../../../client/ask/watch-run.ts';
import type { loadConfig } from '../../../config/load-config.ts';

export type Client = {
  loadConfig: typeof loadConfig;
  openSession: typeof openSession;
  questionInput: typeof questionInput;
  startRun: typeof startRun;
  outcomeOf: typeof outcomeOf;
};

const files: Record<keyof Client, string> = {
  loadConfig: 'config/load-config.ts',
  openSession: 'client/session.ts',
  questionInput: 'client/ask/question-input.ts',
  startRun: 'client/ask/start-run.ts',
  outcomeOf: 'client/ask/watch-run.ts',
};

/** @throws Error that names what is not where it is expected */
export async function loadClient(checkout: string): Promise<Client> {
  const loaded: Record<string, unknown> = {};
  for (const [name, file] of Object.entries(files)) {
    const module = (await import(pathToFileURL(join(checkout, file)).href)) as Record<string, unknown>;
    if (typeof module[name] !== 'function') throw new Error(`${join(checkout, file)} has no ${name}`);
    loaded[name] = module[name];
  }
  return loaded as Client;
}
