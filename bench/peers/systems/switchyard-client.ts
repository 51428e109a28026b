/** Client code of the checkout that is measured, which need not be this one. Files that move are named here alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { openSession } from '../../../application/session/session.ts';
import type { questionInput } from '../../../application/questions/question-input.ts';
import type { startRun } from '../../../application/runs/start-run.ts';
import type { outcomeOf } from '../../../application/runs/watch-run.ts';
import type { loadConfig } from '../../../config/load-config.ts';

export type Client = {
  loadConfig: typeof loadConfig;
  openSession: typeof openSession;
  questionInput: typeof questionInput;
  startRun: typeof startRun;
  outcomeOf: typeof outcomeOf;
};

/** Where each stands, and where it stood before. */
const files: Record<keyof Client, readonly string[]> = {
  loadConfig: ['config/load-config.ts'],
  openSession: ['application/session/session.ts', 'client/session.ts'],
  questionInput: ['application/questions/question-input.ts', 'client/ask/question-input.ts'],
  startRun: ['application/runs/start-run.ts', 'client/ask/start-run.ts'],
  outcomeOf: ['application/runs/watch-run.ts', 'client/ask/watch-run.ts'],
};

/** @throws Error that names what is not where it is expected */
export async function loadClient(checkout: string): Promise<Client> {
  const loaded: Record<string, unknown> = {};
  for (const [name, places] of Object.entries(files)) {
    const file = places.find((each) => existsSync(join(checkout, each))) ?? places.join(' or ');
    const module = (await import(pathToFileURL(join(checkout, file)).href)) as Record<string, unknown>;
    if (typeof module[name] !== 'function') throw new Error(`${join(checkout, file)} has no ${name}`);
    loaded[name] = module[name];
  }
  return loaded as Client;
}
