/** `npm run bench:peers`: Switchyard beside what its users would pick instead, in one interleaved run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkoutFolder } from '../../config/load-config.ts';
import { installPeers } from './install-peers.ts';
import { chartsOf } from './report/charts.ts';
import { markdownOf, systemsTable, targetsTable } from './report/markdown.ts';
import { type PeersOptions, runPeers } from './run-peers.ts';
import { type SystemName, systemNames } from './systems/system.ts';
import { readOptions, refuse } from '../support/bench-options.ts';

/** Those whose runs outlive their worker. */
const killedSystems = [
  'switchyard worker',
  'switchyard runtime',
  ...['beside', 'langgraph', 'dbos', 'restate', 'mastra-libsql', 'mastra-pg'],
];

const program = 'npm run bench:peers --';
const values = readOptions(
  program,
  'Measures Switchyard beside what its users would pick instead, in one interleaved run. It needs Linux.',
  {
    systems: {
      type: 'string',
      value: 'names',
      about: `which, with commas between them: ${systemNames.join(', ')}; all but mastra-pg unless given`,
    },
    quick: { type: 'boolean', about: 'few questions: to see that all of it runs' },
    'no-kills': { type: 'boolean', about: 'no kills' },
    kills: { type: 'number', about: 'kills of each system; 20 unless given, 1 with --quick' },
    'kill-latency': {
      type: 'number',
      default: 300,
      about: 'milliseconds of each model call while programs are killed',
    },
    rounds: { type: 'number', about: 'blocks of each system, one at a time; 15 unless given, 2 with --quick' },
    levels: {
      type: 'string',
      value: 'numbers',
      default: '10,50',
      about: 'questions in flight, with commas between them',
    },
    questions: {
      type: 'number',
      about:
        'questions that each system has answered when its memory is read; 500 unless given, 0 with --quick: no memory, no disk',
    },
    slow: { type: 'number', about: 'questions with a second in each model call; 5 unless given, 1 with --quick' },
    repository: { type: 'string', value: 'path', about: 'a checkout to ask about; parts of Fastify unless given' },
    place: { type: 'string', value: 'path:line', default: 'README.md:1', about: 'of that checkout, the line to cite' },
    checkout: {
      type: 'string',
      value: 'path',
      default: checkoutFolder,
      about: 'the checkout of Switchyard to measure',
    },
    beside: { type: 'string', value: 'path', about: 'a second checkout of Switchyard, measured as "beside"' },
    out: { type: 'string', value: 'folder', default: join(checkoutFolder, 'runs/peers'), about: 'for the report' },
  },
);
await measure();

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
  const number = (value: number | undefined, whole: number, few: number) => value ?? (quick ? few : whole);
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
    kills: { systems: killedSystems, count: kills, latencyMs: values['kill-latency'] },
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
    return found ?? refuse(program, `--systems: there is no system "${name}"`);
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
