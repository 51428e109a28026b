/**
 * Command (`npm run test:package`): packs the npm package, installs it in an empty folder, and uses it as a person would who
 * has nothing of the checkout; then upgrades it. SWITCHYARD_TEMPORAL_EXECUTABLE saves the download of a server.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { program } from './library-program.ts';
import { tryOwnWorker } from './try-own-worker.ts';

const root = join(import.meta.dirname, '../..');
const { name } = manifestOf(root);
const work = mkdtempSync(join(tmpdir(), 'switchyard-package-'));
const [home, place, repository] = ['home', 'place', 'kettle'].map((folder) => join(work, folder)) as [
  string,
  string,
  string,
];
const state = join(home, '.local/state/switchyard');
const installed = join(place, 'node_modules', name);
/** What a first start says of its router, in the workflow code; the upgrade says it in other words. */
const [before, after] = ['router: choose a specialist', 'router: choose who answers'] as const;

type Ran = { code: number; stdout: string; stderr: string };
type Record = { workflow_id: string; outcome: string; evidence: { path: string; status: string }[] };

/** Nothing of ours but a server that is there already. */
const env = {
  PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  HOME: home,
  ...(temporalExecutable() !== null && { SWITCHYARD_TEMPORAL_EXECUTABLE: temporalExecutable() ?? '' }),
};

try {
  for (const folder of [home, place]) mkdirSync(folder);
  await makeRepository();
  const tarball = await timed('packed', () => pack(root));
  writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }\n');
  await timed('installed', () => npm(place, 'install', '--no-audit', '--no-fund', tarball));
  say(`${megabytes(readFileSync(tarball).length)} packed, ${megabytes(sizeOf(installed))} of it installed`);
  const first = await timed('asked, listed, traced and replayed', () => use(before));
  await timed('used by a program', useAsLibrary);
  await timed('installed and used by examples/own-worker', () => useInOwnWorker(tarball));
  await timed('upgraded', () => upgrade(first));
  say('the package works');
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** @returns what was recorded */
async function use(summary: string): Promise<Record> {
  const files = listing(installed);
  const doctor = JSON.parse((await switchyard('doctor', '--json')).stdout);
  assert.equal(doctor.healthy, true);
  assert.equal(findingOf(doctor, 'data directory').startsWith(state), true, 'doctor says where the state is');
  return whileUp(async () => {
    const asked = await switchyard('ask', 'When does boil throw KETTLE_EMPTY?', '--repo', repository, '--json');
    const record = JSON.parse(asked.stdout) as Record;
    assert.equal(record.outcome, 'answered');
    assert.deepEqual([...new Set(record.evidence.map(({ status }) => status))], ['verified']);
    assert.match((await switchyard('runs', '--json')).stdout, new RegExp(record.workflow_id));
    assert.ok((await switchyard('trace', record.workflow_id, '--json')).stdout.includes(summary));
    assert.match((await switchyard('replay', record.workflow_id)).stdout, /^replays /);
    assert.match((await switchyard('search', 'boil', '--repo', repository)).stdout, /lib\/kettle\.js/);
    return record;
  }).finally(() => assert.deepEqual(listing(installed), files, 'nothing is written into the package'));
}

/** @param act is given the address of the server */
async function whileUp<Result>(act: (address: string) => Promise<Result>): Promise<Result> {
  const up = spawn(process.execPath, [bin(), 'up'], { env, cwd: work, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => up.once('exit', resolve));
  let told = '';
  up.stdout.setEncoding('utf8').on('data', (text: string) => (told += text));
  try {
    await new Promise<void>((resolve, reject) => {
      up.stderr.setEncoding('utf8').on('data', (text: string) => text.includes('Ctrl-C') && resolve());
      up.once('exit', () => reject(new Error('switchyard up has ended')));
    });
    return await act(/Temporal +(\S+)/.exec(told)?.[1] ?? '');
  } finally {
    up.kill('SIGINT');
    await ended;
  }
}

/** A project of its own, for the server of the package that is installed beside. */
function useInOwnWorker(tarball: string): Promise<void> {
  const place = join(work, 'own-worker');
  const home = { SWITCHYARD_HOME: join(work, 'own-home') };
  return whileUp((address) =>
    tryOwnWorker({
      ...{ tarball, place, repository, npm, run, example: join(root, 'examples/own-worker') },
      env: { ...env, ...home, TEMPORAL_ADDRESS: address },
    }),
  );
}

/** As programs use it: types, workflows in a bundle of their own, the settings of this package. */
async function useAsLibrary(): Promise<void> {
  for (const [file, text] of Object.entries(program(name))) writeFileSync(join(place, file), text);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const types = await run(process.execPath, [compiler, '--project', place], place);
  assert.equal(types.code, 0, types.stdout);
  const ran = await run(process.execPath, ['program.ts'], place);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /ownWorkflow and answerQuestion/);
}

async function upgrade(first: Record): Promise<void> {
  const next = join(work, 'next');
  cpSync(installed, next, { recursive: true });
  const code = join(next, 'dist/workflows/answer-question/routing.js');
  const text = readFileSync(code, 'utf8');
  assert.ok(text.includes(before), 'the workflow code says what the router does');
  writeFileSync(code, text.replaceAll(before, after));
  const version = '99.0.0';
  writeFileSync(join(next, 'package.json'), JSON.stringify({ ...manifestOf(next), version }));
  const kept = () => ['journal', 'index', 'content'].map((folder) => hashOf(join(state, folder)));
  const hashes = kept();
  await npm(place, 'uninstall', name);
  assert.equal(existsSync(installed), false);
  await npm(place, 'install', '--no-audit', '--no-fund', await pack(next, '--ignore-scripts'));
  assert.deepEqual(kept(), hashes, 'journal, index and content are as they were');
  assert.equal((await switchyard('--version')).stdout.trim(), version);
  const second = await use(after);
  assert.match((await switchyard('runs', '--json')).stdout, new RegExp(first.workflow_id), 'histories are there');
  assert.ok((await switchyard('trace', first.workflow_id, '--json')).stdout.includes(before));
  assert.notEqual(second.workflow_id, first.workflow_id);
}

async function makeRepository(): Promise<void> {
  cpSync(join(root, 'examples/kettle'), repository, { recursive: true });
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  for (const given of [
    ['init', '-q'],
    ['add', '-A'],
    [...author, 'commit', '-qm', 'Kettle'],
  ])
    assert.equal((await run('git', given, repository)).code, 0);
}

async function pack(folder: string, ...options: string[]): Promise<string> {
  const packed = await npm(folder, 'pack', '--json', '--pack-destination', work, ...options);
  const [about] = Object.values(JSON.parse(packed.stdout.slice(packed.stdout.search(/^[[{]/m)))) as {
    filename: string;
  }[];
  return join(work, about?.filename ?? '');
}

async function npm(folder: string, ...given: string[]): Promise<Ran> {
  // With the person's own registry, proxy and cache.
  const ran = await run('npm', given, folder, process.env);
  assert.equal(ran.code, 0, ran.stderr);
  return ran;
}

/** From another folder than the package's. */
async function switchyard(...given: string[]): Promise<Ran> {
  const ran = await run(process.execPath, [bin(), ...given], work);
  assert.equal(ran.code, 0, `switchyard ${given.join(' ')}: ${ran.stderr}${ran.stdout.slice(0, 2000)}`);
  return ran;
}

function bin(): string {
  return join(place, 'node_modules/.bin/switchyard');
}

async function run(file: string, given: string[], cwd: string, environment: NodeJS.ProcessEnv = env): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, given, { cwd, env: environment, maxBuffer: 2 ** 26 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = '', stderr = String(error) } = error as { code?: unknown } & Partial<Ran>;
    return { code: typeof code === 'number' ? code : 1, stdout, stderr };
  }
}

function findingOf(doctor: { findings: { name: string; detail: string }[] }, finding: string): string {
  return doctor.findings.find((each) => each.name === finding)?.detail ?? '';
}

function temporalExecutable(): string | null {
  const named = process.env.SWITCHYARD_TEMPORAL_EXECUTABLE;
  const own = join(root, '.switchyard/bin/temporal');
  return named ?? (existsSync(own) ? own : null);
}

function manifestOf(folder: string): { name: string; version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string };
}

function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function sizeOf(folder: string): number {
  return filesOf(folder).reduce((sum, file) => sum + readFileSync(file).length, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of filesOf(folder)) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

async function timed<Result>(done: string, act: () => Promise<Result>): Promise<Result> {
  const began = performance.now();
  const result = await act();
  say(`${done} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
