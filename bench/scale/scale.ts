/** `npm run bench:scale`: workers on data directories of their own against Temporal on Postgres, and what becomes of a kill. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { checkoutFolder } from '../../config/load-config.ts';
import { machineLoad } from '../peers/systems/programs.ts';
import { commitOf, openWorld } from '../peers/systems/world.ts';
import { killWorker } from './kill-worker.ts';
import { measureGrowth, measureWorkers } from './measure-workers.ts';
import { type ScaleResult, writeReport } from './scale-report.ts';
import type { Keeping } from './team.ts';
import { type ServerPrograms, startTeamServer } from './temporal-on-postgres.ts';
import { readOptions, refuse } from '../support/bench-options.ts';

const release = 'v1.31.0';
const program = 'npm run bench:scale --';
const summary = `Measures workers on data directories of their own against Temporal on Postgres, and what becomes of a kill. Ends with 1 \
where a call that was stored is repeated, or a run ends otherwise.

It needs Postgres (initdb on PATH, or where packages put it) and the Temporal server with its SQL tool, which the CLI does \
not have. With Go:

  go install go.temporal.io/server/cmd/server@${release}
  go install go.temporal.io/server/cmd/tools/sql@${release}

Then name the two programs in TEMPORAL_SERVER_EXECUTABLE and TEMPORAL_SQL_TOOL.`;
const values = readOptions(program, summary, {
  workers: {
    type: 'string',
    value: 'numbers',
    default: '1,2,4',
    about: 'how many at a time, with commas between them; empty: none',
  },
  stores: {
    type: 'string',
    value: 'names',
    default: 'directory,shared',
    about: 'directory: one data directory for all workers; shared: one each, and a shared store',
  },
  questions: { type: 'number', default: 200, about: 'questions for each number of workers' },
  'in-flight': { type: 'number', default: 50, about: 'questions in flight' },
  growth: { type: 'number', default: 5, about: 'questions of each length and width; 0: none' },
  kills: { type: 'number', default: 3, about: 'trials in which one of two workers is killed; 0: none' },
  'kill-questions': { type: 'number', default: 20, about: 'questions in flight in each trial' },
  guarded: { type: 'boolean', about: 'the server asks for certificates (mTLS) and an API key' },
  out: { type: 'string', value: 'folder', default: join(checkoutFolder, 'runs/scale'), about: 'for the report' },
});
const say = (text: string) => process.stderr.write(`${text}\n`);
await main(serverPrograms());

function serverPrograms(): ServerPrograms {
  const { TEMPORAL_SERVER_EXECUTABLE: server, TEMPORAL_SQL_TOOL: sqlTool } = process.env;
  if (server !== undefined && sqlTool !== undefined) return { server, sqlTool };
  return refuse(program, 'TEMPORAL_SERVER_EXECUTABLE or TEMPORAL_SQL_TOOL is not set');
}

async function main(programs: ServerPrograms): Promise<void> {
  const settings = { SWITCHYARD_TRACES: 'none' };
  await using world = await openWorld({ checkout: checkoutFolder, beside: null, settings, repository: null, say });
  const server = await startTeamServer(world.programs, programs, {
    folder: join(world.folder, 'temporal'),
    guarded: values.guarded,
  });
  const result: ScaleResult = {
    startedAt: new Date().toISOString(),
    commit: commitOf(checkoutFolder),
    cpus: cpus().length,
    load: machineLoad(),
    workers: [],
    growth: [],
    kills: [],
  };
  const plan = { questions: values.questions, inFlight: values['in-flight'] };
  for (const keeping of values.stores.split(',') as Keeping[])
    for (const workers of values.workers.split(',').filter(Boolean).map(Number)) {
      say(`${workers} workers, ${keeping}`);
      result.workers.push(await measureWorkers(world, server, { workers, keeping, ...plan }));
    }
  if (values.growth > 0) {
    say('questions of other sizes');
    result.growth = await measureGrowth(world, server, values.growth);
  }
  for (let trial = 1; trial <= values.kills; trial += 1) {
    say(`kill ${trial}`);
    const questions = values['kill-questions'];
    result.kills.push(await killWorker(world, server, { trial, questions, afterRequests: trial * questions }));
  }
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'scale.json'), `${JSON.stringify(result, null, 2)}\n`);
  const text = writeReport(out, result);
  process.stdout.write(text);
  const broken = result.kills.some(({ otherwise, repeatedAfterStored }) => otherwise.length + repeatedAfterStored > 0);
  process.exitCode = broken ? 1 : 0;
}
