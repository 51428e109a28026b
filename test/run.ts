/**
 * `npm run test:only [FILES]`: tests against one Temporal server; all of them, unless files are named, in two tracks side
 * by side. Tests that start no process of their own share one, because starting it, and the first workflow in it, is most
 * of what a short file takes.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { sharedAddress, startTestServer } from './support/temporal.ts';

type Lane = { name: string; files: string[]; options: string[]; environment?: Record<string, string> };

const checkout = join(import.meta.dirname, '..');
const testMs = 300_000;
const together = ['--test-isolation=none'];

/** Workflow tests that run once more with no workflow kept in memory, so that each task replays the history. */
const replayed = [
  'test/workflows/{answer-question,next-route,rendering,rerank,inputs}.test.ts',
  'test/faults/{provider,repository}.test.ts',
];
const plain = 'test/{activities,agents,bench,config,harness,lib,models,offline-model}/**/*.test.ts';
const scenes = 'test/{faults,pipeline,workflows}/**/*.test.ts';

const named = process.argv.slice(2);
const everything: Lane[][] = [
  [
    { name: 'workflows', files: filesOf(scenes), options: together },
    { name: 'replayed', files: filesOf(...replayed), options: together, environment: { TEST_CACHED_WORKFLOWS: '0' } },
  ],
  [
    { name: 'processes', files: rest(), options: ['--test-concurrency=2'] },
    { name: 'plain', files: filesOf(plain), options: together },
  ],
];
const tracks: Lane[][] =
  named.length === 0 ? everything : [[{ name: 'tests', files: named, options: ['--test-concurrency=2'] }]];

function filesOf(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: checkout }).sort();
}

function rest(): string[] {
  const others = new Set(filesOf(plain, scenes));
  return filesOf('test/**/*.test.ts').filter((file) => !others.has(file));
}

type LaneEnd = { name: string; code: number; output: Buffer; seconds: number };

/** Its output comes when it is over, so that lanes do not mix theirs: where it failed, at the end of all. */
async function runLane({ name, files, options, environment = {} }: Lane, address: string): Promise<LaneEnd> {
  const began = performance.now();
  const own = { [sharedAddress]: address, ...environment };
  const prepared = ['--import', './test/support/end-hung-file.ts'];
  const child = spawn(process.execPath, ['--test', `--test-timeout=${testMs}`, ...prepared, ...options, ...files], {
    cwd: checkout,
    env: { ...process.env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => output.push(piece));
  const ending = Promise.withResolvers<number>();
  child.once('error', ending.reject);
  child.once('close', (code, signal) =>
    ending.resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  const code = await ending.promise;
  const end = { name, code, output: Buffer.concat(output), seconds: Math.round((performance.now() - began) / 1000) };
  if (code === 0) process.stdout.write(end.output);
  return end;
}

async function runTrack(lanes: readonly Lane[], address: string): Promise<LaneEnd[]> {
  const ends: LaneEnd[] = [];
  for (const lane of lanes) ends.push(await runLane(lane, address));
  return ends;
}

const server = await startTestServer();
try {
  const ends = (await Promise.all(tracks.map((lanes) => runTrack(lanes, server.address)))).flat();
  const failed = ends.filter(({ code }) => code !== 0);
  for (const { output } of failed) process.stdout.write(output);
  for (const { name, code, seconds } of ends)
    process.stdout.write(`${name}: ${code === 0 ? 'passed' : `FAILED (${code})`} in ${seconds} s\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await server[Symbol.asyncDispose]();
}
