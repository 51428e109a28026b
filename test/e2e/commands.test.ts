import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkout, temporalExecutable } from '../support/temporal.ts';
import { keysWithCapitals } from '../client/snake-keys.ts';

type Ended = { code: number; stdout: string; stderr: string };

/** A data directory of its own for `switchyard`, with the executable that the tests already have. */
async function newDataDirectory(settings: Record<string, string> = {}) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'switchyard-e2e-'));
  const executable = await temporalExecutable();
  const env = {
    ...process.env,
    SWITCHYARD_HOME: dataDirectory,
    SWITCHYARD_TEMPORAL_EXECUTABLE: executable,
    NO_COLOR: '1',
    ...settings,
  };
  const switchyard = (...args: string[]) =>
    new Promise<Ended>((resolve) => {
      execFile(join(checkout, 'client/bin.js'), args, { cwd: checkout, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  return { dataDirectory, switchyard, [Symbol.dispose]: () => rmSync(dataDirectory, { recursive: true, force: true }) };
}

/** Processes that still work for a data directory: what a command must not leave behind. */
function processesOf(dataDirectory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(join('/proc', pid, 'environ'), 'utf8');
        return command.includes(dataDirectory) || environment.includes(`SWITCHYARD_HOME=${dataDirectory}`)
          ? [command]
          : [];
      } catch {
        return []; // it ended while we looked
      }
    });
}

const linux = { skip: existsSync('/proc/self/environ') ? false : 'needs /proc' };

/** All asked in the same second, so that the commands share one runtime. */
const shared = await newDataDirectory();
after(() => shared[Symbol.dispose]());
const origin = join(shared.dataDirectory, 'origin');
const pinned = commitsIn(origin);
const asked = [
  shared.switchyard('ask', 'How are option flags parsed?', '--repo', 'node_modules/commander', '--json'),
  shared.switchyard('ask', 'Which class throws CommanderError?', '--repo', 'node_modules/commander', '--json'),
];
const routed = shared.switchyard('route', '--file', 'datasets/demo.jsonl', '--json');
const question = 'How does the Option class split flags?';
const askedAtRef = shared.switchyard('ask', question, '--repo', `file://${origin}`, '--ref', 'v1', '--json');

/** Two commits, of which the first has the tag `v1`: its id. */
function commitsIn(folder: string): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    }).trim();
  mkdirSync(folder);
  git('init', '--quiet');
  cpSync(join(checkout, 'node_modules/commander/lib'), join(folder, 'lib'), { recursive: true });
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  git('tag', 'v1');
  const first = git('rev-parse', 'HEAD');
  rmSync(join(folder, 'lib/option.js'));
  git('commit', '--quiet', '--all', '--message', 'second');
  return first;
}

test('two questions asked in the same second are both answered', linux, async () => {
  for (const { code, stdout, stderr } of await Promise.all(asked)) {
    assert.equal(code, 0, stderr);
    const answer = JSON.parse(stdout);
    assert.equal(answer.outcome, 'answered');
    assert.deepEqual(keysWithCapitals(answer, ['probabilities', 'models']), []);
    assert.equal(answer.model, 'switchyard-offline');
    assert.ok(answer.evidence.length > 0, 'something is cited');
    for (const { path, first_line, last_line } of answer.evidence) {
      const lines = readFileSync(join(checkout, 'node_modules/commander', path), 'utf8').split('\n');
      assert.ok(first_line >= 1 && first_line <= last_line && last_line <= lines.length);
    }
  }
});

test('routes of a file come as one JSON line each, and agreement with the labels is summed up', linux, async () => {
  const { code, stdout, stderr } = await routed;
  assert.equal(code, 0, stderr);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const routes = lines.filter((line) => line.id !== undefined);
  assert.equal(routes.length, 4);
  assert.deepEqual(keysWithCapitals(lines, ['probabilities']), []);
  for (const { route, probabilities, fallback } of routes) {
    assert.ok(probabilities[route] > 0);
    assert.equal(fallback, false);
  }
});

test('a repository given by URL at a ref is pinned to that commit', linux, async () => {
  const { code, stdout, stderr } = await askedAtRef;
  assert.equal(code, 0, stderr);
  const answer = JSON.parse(stdout);
  assert.equal(answer.snapshot.id.slice(0, 40), pinned);
  assert.equal(answer.snapshot.url, `file://${origin}`);
  assert.ok(answer.evidence.some(({ path }: { path: string }) => path === 'lib/option.js'));
});

test('once the last command has ended, nothing is left running', linux, async () => {
  await Promise.all([...asked, routed, askedAtRef]);
  assert.deepEqual(processesOf(shared.dataDirectory), []);
});
