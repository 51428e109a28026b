/** `npm run bench:peers`: Switchyard beside what its users would pick instead, in one interleaved run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutFolder } from '../../config/load-config.ts';
import { installPeers } from './install-peers.ts';
import { chartsOf } from './report/charts.ts';
import { markdownOf, systemsTable, targetsTable } from './report/markdown.ts';
import { type PeersOptions, runPeers } from './run-peers.ts';
import { type SystemName, systemNames } from './systems/system.ts';

const usage = `Usage: npm run bench:peers -- [options]

  --systems NAMES    with commas between them; ${systemNames.join(', ')}
  --quick            few questions: to see that all of it runs
  --no-kills         no kills
  --kills NUMBER     kills of each (20)
  --kill-latency MS  of each model call while programs are killed (300)
  --rounds NUMBER    blocks of each system, one at a time (15)
  --levels NUMBERS   questions in flight (10,50)
  --questions NUMBER questions that each system has answered when its memory is read (500); 0: no memory, no disk
  --slow NUMBER      questions with a second in each model call (5)
  --repository PATH  a checkout to ask about, with --place PATH:LINE, a line to cite; else parts of Fastify
  --checkout PATH    another checkout of Switchyard to measure
  --beside PATH      a second checkout of Switchyard, measured as "beside"
  --out FOLDER       for the report (runs/peers)
`;

/** Those whose runs outlive their worker. */
const killedSystems = [
  'switchyard worker',
  'switchyard runtime',
  ...['beside', 'langgraph', 'dbos', 'restate', 'mastra-libsql', 'mastra-pg'],
];

const { values } = parseArgs({
  options: {
    systems: { type: 'string' },
    quick: { type: 'boolean', default: false },
    'no-kills': { type: 'boolean', default: false },
    kills: { type: 'string' },
    'kill-latency': { type: 'string', default: '300' },
    rounds: { type: 'string' },
    levels: { type: 'string', default: '10,50' },
    questions: { type: 'string' },
    slow: { type: 'string' },
    repository: { type: 'string' },
    place: { type: 'string', default: 'README.md:1' },
    checkout: { type: 'string', default: checkoutFolder },
    beside: { type: 'string' },
    out: { type: 'string', default: join(checkoutFolder, 'runs/peers') },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else await measure();

async function measure(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('CPU and memory are read from /proc: this needs Linux');
  const options = optionsOf();
  installPeers(options.systems, say);
  const results = await runPeers(options);
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'peers.json'), `${JSON.stringify(results, null, 2)}\n`);
  const charts = chartsOf(results);
  for (const { file, svg } of charts) writeFileSync(join(out, file), svg);
  writeFileSync(join(out, 'peers.md'), markdownOf(results, charts));
  process.stdout.write(`${systemsTable(results.systems)}\n\n${targetsTable(results)}\n`);
  say(`the whole report: ${join(out, 'peers.md')}`);
}

function optionsOf(): PeersOptions {
  const { quick } = values;
  const number = (value: string | undefined, whole: number, few: number) => Number(value ?? (quick ? few : whole));
  const kills = values['no-kills'] ? 0 : number(values.kills, 20, 1);
  const [path = '', line = '1'] = values.place.split(':');
  return {
    systems: systemsOf(values.systems),
    plan: {
      rounds: number(values.rounds, 15, 2),
      each: 4,
      levels: values.levels.split(',').filter(Boolean).map(Number),
      passes: quick ? 1 : 3,
      depth: quick ? 1 : 4,
      memoryAfter: number(values.questions, 500, 0),
      slowQuestions: number(values.slow, 5, 1),
      settleSeconds: quick ? 0 : 60,
      idleSeconds: quick ? 3 : 20,
    },
    kills: { systems: killedSystems, count: kills, latencyMs: Number(values['kill-latency']) },
    repository:
      values.repository === undefined
        ? null
        : { repository: resolve(values.repository), place: { path, line: Number(line) } },
    checkout: resolve(values.checkout),
    beside: values.beside === undefined ? null : resolve(values.beside),
    settings: {},
    warmUps: 8,
    say,
  };
}

function systemsOf(named: string | undefined): SystemName[] {
  if (named === undefined)
    return systemNames.filter((name) => name !== 'mastra-pg' && (name !== 'beside' || values.beside !== undefined));
  return named.split(',').map((name) => {
    const found = systemNames.find((each) => each === name);
    if (found === undefined) throw new Error(`--systems: there is no ${name}; take of ${systemNames.join(', ')}`);
    return found;
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
