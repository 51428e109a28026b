/** `npm run bench:verdicts`: the verdict on planted logs. */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Scenario, scenarios, type Tally, tallyVerdicts } from './verdict-simulation.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { readOptions } from '../support/bench-options.ts';

type Work = { pairs: number; seed: number };

if (isMainThread) await main();
else parentPort?.on('message', (at: number) => parentPort?.postMessage(tallyOf(at, workerData as Work)));

function tallyOf(at: number, { pairs, seed }: Work): Tally {
  const planted = scenarios[at]?.planted;
  if (planted === undefined) throw new RangeError(`no scenario ${at}`);
  return tallyVerdicts(planted, pairs, seed * 1_000_003);
}

async function main(): Promise<void> {
  const values = readOptions(
    'npm run bench:verdicts --',
    'Judges the verdict on planted logs: how often it is right, and how often chance alone makes it ' +
      '"justified". Ends with 100 where a share is not as wanted.',
    {
      pairs: { type: 'number', default: 2000, about: 'pairs of logs for each scenario' },
      seed: { type: 'number', default: 1, about: 'seed of what is planted' },
      json: { type: 'boolean', about: 'a line of JSON for each scenario instead of the table' },
    },
  );
  const work = { pairs: values.pairs, seed: values.seed };
  const tallies = await everyTally(work);
  const rows = scenarios.map((scenario, at) => rowOf(scenario, tallies[at], work.pairs));
  if (values.json)
    for (const row of rows)
      process.stdout.write(`${JSON.stringify(snakeKeys(row, { 'planted.gains': 'map', 'planted.routes': 'map' }))}\n`);
  else process.stdout.write(table(rows, work.pairs));
  process.exitCode = rows.every(({ met }) => met) ? 0 : 100;
}

/** One thread a core; each takes the next scenario when it is done with one. */
async function everyTally(work: Work): Promise<Tally[]> {
  const tallies: Tally[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      await using worker = new Worker(new URL(import.meta.url), { workerData: work });
      while (next < scenarios.length) {
        const at = next++;
        tallies[at] = await new Promise<Tally>((resolve, reject) => {
          worker.once('message', resolve).once('error', reject).postMessage(at);
        });
        worker.removeAllListeners('error');
      }
    }),
  );
  return tallies;
}

type Row = Scenario & { tally: Tally; met: boolean };

function rowOf(scenario: Scenario, tally: Tally | undefined, pairs: number): Row {
  if (tally === undefined) throw new RangeError(`no tally of ${scenario.name}`);
  const share = tally[scenario.verdict] / pairs;
  return { ...scenario, tally, met: share >= scenario.from && share <= scenario.to };
}

function table(rows: readonly Row[], pairs: number): string {
  const percent = (count: number) => `${((100 * count) / pairs).toFixed(1)} %`;
  const head = `| planted (${pairs} pairs each) | justified | not-justified | undecided | wanted | met |`;
  const lines = rows.map(({ name, tally, verdict, from, to, met }) => {
    const shares = [tally.justified, tally['not-justified'], tally.undecided].map(percent).join(' | ');
    return `| ${name} | ${shares} | ${verdict} ${100 * from} to ${100 * to} % | ${met ? 'yes' : 'NO'} |`;
  });
  return `${[head, '| --- | --- | --- | --- | --- | --- |', ...lines].join('\n')}\n`;
}
