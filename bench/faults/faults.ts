/** Asks the same questions with and without faults, and fails where a promise of docs/reliability.md does not hold. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { countCalls } from '../durability/call-counts.ts';
import { fastifyQuestions } from '../support/benchmark-folder.ts';
import { say } from '../support/stack.ts';
import { type FaultRow, rowOf, tableOf } from './fault-report.ts';
import { type Ending, FaultScene, leftRunning, type Settings } from './fault-scene.ts';
import { type Fault, faults, ordinaryModel, poisonedCopy, smallDisk } from './fault-table.ts';

const usage = `Usage: npm run bench:faults -- [options]

  --faults NAMES         which, by commas: ${faults.map(({ name }) => name).join(', ')}; all unless given
  --questions N          20 unless given
  --kill-seconds N       about how long between two kills, 4 unless given
  --model-faults SHARE   of model calls that fail, 0.2 unless given
  --restarts N           of the server, 2 unless given
  --limit-seconds N      after which a question is given up, 600 unless given
  --seed N               1 unless given
  --json                 a line of JSON instead of the table
`;

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: faults.map(({ name }) => name).join(',') },
    questions: { type: 'string', default: '20' },
    'kill-seconds': { type: 'string', default: '4' },
    'model-faults': { type: 'string', default: '0.2' },
    restarts: { type: 'string', default: '2' },
    'limit-seconds': { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const chosen = values.faults.split(',').map((name) => faults.find((fault) => fault.name === name.trim()) ?? name);
const unknown = chosen.find((fault) => typeof fault === 'string');
if (values.help || unknown !== undefined) {
  (values.help ? process.stdout : process.stderr).write(
    values.help ? usage : `there is no fault "${unknown}"\n${usage}`,
  );
  process.exitCode = values.help ? 0 : 2;
} else await main(chosen as Fault[]);

async function main(all: readonly Fault[]): Promise<void> {
  const settings = await settingsOf();
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-faults-'));
  try {
    const index = join(scratch, 'index');
    const without = await measure(
      settings,
      { name: 'none', disturb: async (scene) => void (await scene.startWorker()) },
      null,
      index,
    );
    const lost = without.endings.filter((ending) => ending === null || ending.kind.includes(':')).length;
    if (lost > 0) throw new Error(`without a fault ${lost} questions had no outcome: raise --limit-seconds`);
    const rows: FaultRow[] = [];
    for (const fault of all) rows.push(await underFault(settings, fault, without, index));
    const report = { questions: settings.inputs.length, cpus: cpus().length, rows };
    if (values.json) process.stdout.write(`${JSON.stringify(snakeKeys(report))}\n`);
    else process.stdout.write(`${report.questions} questions, ${report.cpus} cores\n\n${tableOf(rows)}\n`);
    process.exitCode = rows.every(({ broken }) => broken.length === 0) ? 0 : 1;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function settingsOf(): Promise<Settings> {
  const pipeline = await loadPipeline('orchestrated');
  const repository = { kind: 'path', path: join(checkoutFolder, 'node_modules/fastify') } as const;
  const questions = await fastifyQuestions(Number(values.questions));
  return {
    inputs: questions.map(({ question }) => ({ question, repository, pipeline, forcedRoute: null })),
    seed: Number(values.seed),
    killSeconds: Number(values['kill-seconds']),
    modelFaults: Number(values['model-faults']),
    restarts: Number(values.restarts),
    limitSeconds: Number(values['limit-seconds']),
  };
}

type Run = Awaited<ReturnType<typeof measure>>;

async function underFault(settings: Settings, fault: Fault, without: Run, index: string): Promise<FaultRow> {
  await using held = new AsyncDisposableStack();
  const disk = fault.diskMegabytes === undefined ? null : held.use(await smallDisk(fault.diskMegabytes));
  const poisoned = fault.poison === undefined ? null : held.use(await poisonedCopy(repositoryOf(settings)));
  const repository = poisoned === null ? null : ({ kind: 'path', path: poisoned.path } as const);
  const inputs = settings.inputs.map((input) => (repository === null ? input : { ...input, repository }));
  const ownIndex = disk !== null || poisoned !== null;
  const run = await measure({ ...settings, inputs }, fault, disk?.path ?? null, ownIndex ? null : index, true);
  const { name, about, promise } = fault;
  const row = rowOf({
    ...{ fault: name, about, promise, mustHit: fault.mustHit === true, ...run },
    ...{ without: without.endings, requestsWithout: without.requests, secondsWithout: without.seconds },
  });
  say(`${name}: ${row.broken.length === 0 ? 'held' : row.broken.join('; ')}`);
  return row;
}

function repositoryOf({ inputs: [first] }: Settings): string {
  return first?.repository.kind === 'path' ? first.repository.path : '';
}

type Measurable = Pick<Fault, 'name' | 'model' | 'limits' | 'env' | 'disturb'>;

/** @param index read where it `exists`, else where the index that was made is kept; null: neither */
async function measure(
  settings: Settings,
  { name, model, limits, env, disturb }: Measurable,
  home: string | null,
  index: string | null,
  exists = false,
) {
  say(`${name}: ${settings.inputs.length} questions`);
  const options = {
    faults: model?.(settings) ?? ordinaryModel,
    index: exists ? index : null,
    ...(limits === undefined ? {} : { limits }),
    ...(env === undefined ? {} : { env }),
    ...(home === null ? {} : { home }),
  };
  let dataDirectory: string;
  let found: { endings: (Ending | null)[]; requests: number; recoverySeconds: number | null; kills: number };
  let counts: Awaited<ReturnType<typeof countCalls>>;
  let seconds: number;
  {
    await using scene = await FaultScene.begin(settings, options);
    ({ dataDirectory } = scene.stack);
    const began = performance.now();
    const ended = await scene.askAll();
    const disturbed = disturb(scene);
    const endings = await ended();
    seconds = (performance.now() - began) / 1000;
    await disturbed;
    const requests = scene.requests();
    const kills = new Set(scene.kills.map(({ at }) => at)).size;
    found = { endings, requests, recoverySeconds: scene.recoverySeconds(), kills };
    counts = await countCalls(scene.place, scene.kills);
    if (!exists && index !== null) await cp(join(scene.place.dataDirectory, 'index'), index, { recursive: true });
  }
  return { ...found, counts, seconds, leftRunning: leftRunning(dataDirectory) };
}
