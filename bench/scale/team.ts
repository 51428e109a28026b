/** Workers of a team for one Temporal server, and questions for them through the client's own code. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { QuestionInput } from '../../contracts/run.ts';
import type { Program } from '../peers/systems/programs.ts';
import { loadClient } from '../peers/systems/switchyard-client.ts';
import type { World } from '../peers/systems/world.ts';
import type { TeamServer } from './temporal-on-postgres.ts';

/** `shared`: each worker has a data directory of its own, as on a machine of its own, and all share the store. */
export type Keeping = 'directory' | 'shared';

export type Team = AsyncDisposable & {
  workers: readonly Program[];
  /** Resolves with the milliseconds to the answer. @throws Error where it ends otherwise */
  ask(id: string, change?: (input: QuestionInput) => QuestionInput): Promise<number>;
  historyOf(id: string): Promise<{ events: number; bytes: number }>;
};

const question = 'How are hooks registered, and where is it decided which one runs first?';

export async function openTeam(
  world: World,
  server: TeamServer,
  { name, workers: count, keeping }: { name: string; workers: number; keeping: Keeping },
): Promise<Team> {
  const homes = join(world.folder, 'homes', keeping);
  const environment = {
    ...world.settings,
    SWITCHYARD_TASK_QUEUE: name,
    SWITCHYARD_MODEL: 'stub',
    SWITCHYARD_LOG_LEVEL: 'warn',
    OPENAI_BASE_URL: world.model.url,
    ...server.environment,
    ...(keeping === 'shared' ? { SWITCHYARD_STORE_URL: server.storeUrl } : {}),
  };
  const workers = await startWorkers(world, environment, { name, count, homes, keeping });
  const client = await loadClient(world.checkout);
  const settings = client.loadConfig({ ...environment, SWITCHYARD_HOME: join(homes, 'client') }, world.folder);
  const signal = new AbortController().signal;
  const session = await client.openSession({ settings, need: 'server', onProgress: () => {}, signal });
  // A worker of another directory fetches it, as one of another machine would.
  const repo = keeping === 'shared' ? pathToFileURL(world.repository).href : world.repository;
  const options = { repo, pipeline: 'orchestrated' };
  const input = await client.questionInput(question, options, settings);
  return {
    workers,
    async ask(id, change = (given) => given) {
      const start = performance.now();
      const asked = change({ ...input, question: `${question} (asked as ${id})` });
      const { handle } = await client.startRun(session, asked, id);
      const { outcome } = await client.outcomeOf(handle);
      if (outcome.kind !== 'answered')
        throw new Error(`${id}: ${JSON.stringify({ ...outcome, state: null }).slice(0, 500)}`);
      return performance.now() - start;
    },
    async historyOf(id) {
      const { historyLength = 0, historySize = 0 } = await session.client.workflow.getHandle(id).describe();
      return { events: historyLength, bytes: historySize };
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await Promise.all(workers.map((worker) => worker.kill()));
    },
  };
}

type Started = { name: string; count: number; homes: string; keeping: Keeping };

async function startWorkers(
  world: World,
  environment: Record<string, string>,
  { name, count, homes, keeping }: Started,
): Promise<Program[]> {
  const workers: Program[] = [];
  for (let at = 1; at <= count; at += 1) {
    const home = join(homes, keeping === 'shared' ? `worker-${at}` : 'all');
    workers.push(
      await world.programs.start({
        name: `${name}-${at}`,
        command: process.execPath,
        args: ['--max-semi-space-size=16', join(world.checkout, 'worker/main.ts')],
        env: { ...environment, SWITCHYARD_HOME: home },
        ready: /^worker ready/m,
      }),
    );
  }
  return workers;
}

/** @param work is given a number of its own, from 1 */
export async function inLanes(width: number, count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}
