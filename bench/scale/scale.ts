/** `npm run bench:scale`: workers on data directories of their own against Temporal on Postgres, and what becomes of a kill. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutFolder } from '../../config/load-config.ts';
import { machineLoad } from '../peers/systems/programs.ts';
import { commitOf, openWorld } from '../peers/systems/world.ts';
import { killWorker } from './kill-worker.ts';
import { measureGrowth, measureWorkers } from './measure-workers.ts';
import { type ScaleResult, writeReport } from './scale-report.ts';
import type { Keeping } from './team.ts';
import { type ServerPrograms, startTeamServer } from './temporal-on-postgres.ts';

const release = 'v1.31.0';
const usage = `Usage: npm run bench:scale -- [options]

It needs Postgres (initdb on PATH, or where packages put it) and the Temporal server with its SQL tool, which the CLI does
not have. With Go:

  go install go.temporal.io/server/cmd/server@${release} go.temporal.io/server/cmd/tools/sql@${release}

Then name the two programs in TEMPORAL_SERVER_EXECUTABLE and TEMPORAL_SQL_TOOL.

  --workers NUMBERS   1,2,4 unless given; empty: none
  --stores NAMES      directory,shared unless given: one data directory for all workers, or one each and a shared store
  --questions N       200 unless given
  --in-flight N       50 unless given
  --growth N          questions of each length and width, 5 unless given; 0: none
  --kills N           trials in which one of two workers is killed, 3 unless given; 0: none
  --kill-questions N  in flight in each, 20 unless given
  --guarded           the server asks for certificates (mTLS) and an API key
  --out FOLDER        runs/scale unless given
`;

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2,4' },
    stores: { type: 'string', default: 'directory,shared' },
    questions: { type: 'string', default: '200' },
    'in-flight': { type: 'string', default: '50' },
    growth: { type: 'string', default: '5' },
    kills: { type: 'string', default: '3' },
    'kill-questions': { type: 'string', default: '20' },
    guarded: { type: 'boolean', default: false },
    out: { type: 'string', default: join(checkoutFolder, 'runs/scale') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const say = (text: string) => process.stderr.write(`${text}\n`);
const found = serverPrograms();
if (values.help || found === null) {
  (values.help ? process.stdout : process.stderr).write(usage);
  process.exitCode = values.help ? 0 : 2;
} else await main(found);

function serverPrograms(): ServerPrograms | null {
  const { TEMPORAL_SERVER_EXECUTABLE: server, TEMPORAL_SQL_TOOL: sqlTool } = process.env;
  return server === undefined || sqlTool === undefined ? null : { server, sqlTool };
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
  const plan = { questions: Number(values.questions), inFlight: Number(values['in-flight']) };
  for (const keeping of values.stores.split(',') as Keeping[])
    for (const workers of values.workers.split(',').filter(Boolean).map(Number)) {
      say(`${workers} workers, ${keeping}`);
      result.workers.push(await measureWorkers(world, server, { workers, keeping, ...plan }));
    }
  if (Number(values.growth) > 0) {
    say('questions of other sizes');
    result.growth = await measureGrowth(world, server, Number(values.growth));
  }
  for (let trial = 1; trial <= Number(values.kills); trial += 1) {
    say(`kill ${trial}`);
    const questions = Number(values['kill-questions']);
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
