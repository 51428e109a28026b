/** `npm run bench:faults`: the same questions with and without faults. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { countCalls } from '../durability/call-counts.ts';
import { fastifyQuestions } from '../support/benchmark-folder.ts';
import { say } from '../support/stack.ts';
import { type FaultRow, rowOf, tableOf } from './fault-report.ts';
import { type Ending, FaultScene, leftRunning, type Settings } from './fault-scene.ts';
import { type Fault, faults, ordinaryModel, poisonedCopy, smallDisk } from './fault-table.ts';
import { readOptions, refuse } from '../support/bench-options.ts';

const program = 'npm run bench:faults --';
const values = readOptions(
  program,
  'Asks the same questions with and without faults. Ends with 1 where a promise of docs/reliability.md does not hold.',
  {
    faults: {
      type: 'string',
      value: 'names',
      about: `which, with commas between them: ${faults.map(({ name }) => name).join(', ')}; all unless given`,
    },
    questions: { type: 'number', default: 20, about: 'questions that are asked' },
    'kill-seconds': { type: 'number', default: 4, about: 'about how long between two kills' },
    'model-faults': { type: 'number', default: 0.2, about: 'share of model calls that fail' },
    restarts: { type: 'number', default: 2, about: 'how often the server is restarted' },
    'limit-seconds': { type: 'number', default: 600, about: 'after which a question is given up' },
    seed: { type: 'number', default: 1, about: 'seed of the faults' },
    json: { type: 'boolean', about: 'a line of JSON instead of the table' },
  },
);

await main(chosenFaults());

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

function chosenFaults(): readonly Fault[] {
  if (values.faults === undefined) return faults;
  return values.faults.split(',').map((named) => {
    const fault = faults.find(({ name }) => name === named.trim());
    return fault ?? refuse(program, `--faults: there is no fault "${named.trim()}"`);
  });
}

async function settingsOf(): Promise<Settings> {
  const pipeline = await loadPipeline('orchestrated');
  const repository = { kind: 'path', path: join(checkoutFolder, 'node_modules/fastify') } as const;
  const questions = await fastifyQuestions(values.questions);
  return {
    inputs: questions.map(({ question }) => ({ question, repository, pipeline, forcedRoute: null })),
    seed: values.seed,
    killSeconds: values['kill-seconds'],
    modelFaults: values['model-faults'],
    restarts: values.restarts,
    limitSeconds: values['limit-seconds'],
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
