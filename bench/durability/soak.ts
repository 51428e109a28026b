/** `npm run bench:soak`: worker and server at full load for an hour. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { diskBytes } from '../peers/systems/process-figures.ts';
import { fastifyQuestions } from '../support/benchmark-folder.ts';
import { median } from '../support/figures.ts';
import { questionInput } from '../support/question-input.ts';
import { openStack, say } from '../support/stack.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:soak --',
  'Keeps worker and server at full load for an hour, and looks at them every minute: memory, open files, disk. ' +
    'Ends with 1 where the memory of one of them is not flat after the warm-up, or a question did not end with an ' +
    'answer.',
  {
    minutes: { type: 'number', default: 60, about: 'minutes under load' },
    'warm-up': { type: 'number', about: 'of these, minutes that do not count; a sixth unless given' },
    'at-once': { type: 'number', default: 20, about: 'questions in flight' },
    growth: { type: 'number', default: 0.1, about: 'share of memory that counts as flat' },
    heap: { type: 'boolean', about: 'the worker writes a heap snapshot on SIGUSR2 into the current folder' },
    json: { type: 'boolean', about: 'a line of JSON instead of the table' },
  },
);
await soak();

type Sample = {
  minute: number;
  /** Ended so far. */
  questions: number;
  workerMiB: number;
  serverMiB: number;
  workerFiles: number;
  serverFiles: number;
  /** The server's database, and all else in the data directory. */
  databaseMiB: number;
  otherMiB: number;
};

async function soak(): Promise<void> {
  const minutes = values.minutes;
  const warmUp = values['warm-up'] ?? minutes / 6;
  await using stack = await openStack('seed=1;latency=100-300');
  const heap = values.heap ? { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' } : {};
  await using worker = await startWorkerProcess(stack, 'worker/main.ts', { SWITCHYARD_TRACES: 'file', ...heap });
  say(`worker ${worker.pid}, server ${stack.serverPid()}`);
  const pipeline = await loadPipeline('orchestrated');
  const questions = await fastifyQuestions(64);
  const endings = new Map<string, number>();
  const endMs = performance.now() + minutes * 60_000;
  let [asked, ended] = [0, 0];
  const askOn = async () => {
    while (performance.now() < endMs) {
      asked += 1;
      const { question = '' } = questions[asked % questions.length] ?? {};
      const about = { repository: 'node_modules/fastify', limits: { heartbeatSeconds: 10 } };
      const input = questionInput(question, pipeline, about);
      const outcome = (await stack.client.workflow.execute('answerQuestion', {
        ...{ taskQueue: stack.config.taskQueue, workflowId: `soak-${asked}`, args: [input] },
      })) as AnswerOutcome;
      endings.set(outcome.kind, (endings.get(outcome.kind) ?? 0) + 1);
      ended += 1;
    }
  };
  const asking = Promise.all(Array.from({ length: values['at-once'] }, askOn));
  const samples: Sample[] = [];
  const look = (minute: number) => {
    const disk = diskOf(stack.dataDirectory);
    const [workerFigures, serverFigures] = [figuresOf(worker.pid), figuresOf(stack.serverPid())];
    const sample = {
      ...{ minute, questions: ended, ...disk, workerMiB: workerFigures.mib, workerFiles: workerFigures.files },
      ...{ serverMiB: serverFigures.mib, serverFiles: serverFigures.files },
    };
    samples.push(sample);
    say(JSON.stringify(sample));
  };
  const beganMs = performance.now();
  for (let minute = 1; minute <= minutes; minute += 1) {
    await Promise.race([asking, pause(Math.max(0, beganMs + minute * 60_000 - performance.now()))]);
    look(minute);
  }
  await asking;
  report(samples, Object.fromEntries(endings), warmUp);
}

/** Memory that is in RAM, as the kernel counts it, and open file descriptors. */
function figuresOf(pid: number): { mib: number; files: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  return { mib, files: readdirSync(`/proc/${pid}/fd`).length };
}

function diskOf(dataDirectory: string): Pick<Sample, 'databaseMiB' | 'otherMiB'> {
  const { database } = dataPaths(dataDirectory);
  const mib = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10;
  const ofDatabase = ['', '-wal', '-shm'].reduce((sum, ending) => sum + diskBytes(`${database}${ending}`), 0);
  return { databaseMiB: mib(ofDatabase), otherMiB: mib(diskBytes(dataDirectory) - ofDatabase) };
}

/** The last third of the time after the warm-up against its first third, medians. */
function growthOf(samples: readonly Sample[], figure: 'workerMiB' | 'serverMiB'): number {
  const third = Math.max(1, Math.floor(samples.length / 3));
  const middle = (some: readonly Sample[]) => median(some.map((sample) => sample[figure]));
  return middle(samples.slice(-third)) / middle(samples.slice(0, third)) - 1;
}

function report(samples: readonly Sample[], endings: Record<string, number>, warmUp: number): void {
  const counted = samples.filter(({ minute }) => minute > warmUp);
  const [first, last] = [counted[0], counted.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the warm-up took all of the time');
  const growth = { worker: growthOf(counted, 'workerMiB'), server: growthOf(counted, 'serverMiB') };
  const questions = last.questions - first.questions;
  const perQuestion = (from: number, to: number) => Math.round((1024 * (to - from)) / Math.max(1, questions));
  const diskKibPerQuestion = {
    database: perQuestion(first.databaseMiB, last.databaseMiB),
    other: perQuestion(first.otherMiB, last.otherMiB),
  };
  const unanswered = Object.entries(endings).filter(
    ([kind]) => kind !== 'answered' && kind !== 'insufficient-evidence',
  );
  const flat = Math.max(growth.worker, growth.server) <= values.growth;
  if (values.json) {
    const all = { cpus: cpus().length, warmUp, endings, growth, flat, diskKibPerQuestion, samples };
    process.stdout.write(`${JSON.stringify(snakeKeys(all, { endings: 'map' }))}\n`);
  } else {
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    process.stdout.write(
      `${cpus().length} cores, ${values['at-once']} questions in flight, ended: ${JSON.stringify(endings)}\n\n${tableOf(samples)}\n\n` +
        `After ${warmUp} minutes memory of the worker grew by ${percent(growth.worker)}, of the server by ${percent(growth.server)}; ` +
        `disk by ${diskKibPerQuestion.database} KiB a question in the server's database and ${diskKibPerQuestion.other} KiB beside it.\n`,
    );
  }
  process.exitCode = flat && unanswered.length === 0 ? 0 : 1;
}

/** As Markdown, of each fifth minute. */
function tableOf(samples: readonly Sample[]): string {
  const every = Math.max(1, Math.round(samples.length / 12));
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const titles = ['minute', 'questions', 'worker, MiB', 'its files', 'server, MiB', 'its files'];
  const rows = samples
    .filter((_, at) => at === 0 || (at + 1) % every === 0)
    .map((each) =>
      line([
        ...[each.minute, each.questions, each.workerMiB, each.workerFiles, each.serverMiB, each.serverFiles],
        ...[each.databaseMiB, each.otherMiB],
      ]),
    );
  return [line([...titles, 'database, MiB', 'other disk, MiB']), line(Array(8).fill('---')), ...rows].join('\n');
}
