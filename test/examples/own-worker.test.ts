/** examples/own-worker on the compiled package, its workflows bundled beforehand: a question as a child, another shape, SIGTERM in the middle of a call, replays. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runProgram, temporaryFolder } from '../client/run-command.ts';
import { installCompiled } from '../support/compiled-package.ts';
import { checkout, type TestServer, testServer } from '../support/temporal.ts';
import { goodDraft, roleOf, says, startTeam } from '../support/team.ts';

const kettle = join(checkout, 'examples/kettle');
const quote = 'KETTLE_EMPTY';
const draft = { ...goodDraft, citations: [{ path: 'lib/kettle.js', first_line: 1, last_line: 40, quote }] };

let server: TestServer;
let team: Awaited<ReturnType<typeof startTeam>>;
let place: ReturnType<typeof temporaryFolder>;
let env: Record<string, string>;
/** Called when a specialist is asked; its reply waits for what this gives. */
let onAsked: () => Promise<unknown> = async () => {};
let worker: Awaited<ReturnType<typeof startExample>>;

before(async () => {
  [server, place] = [await testServer(), temporaryFolder()];
  team = await startTeam({ specialist: () => onAsked().then(() => says(draft)) });
  const files = ['worker.ts', 'workflows.ts', 'workflow-code.ts', 'bundle.ts', 'ask.ts', 'replay.ts', 'package.json'];
  for (const file of files) cpSync(join(checkout, 'examples/own-worker', file), join(place.path, file));
  await installCompiled(place.path);
  env = {
    NODE_ENV: 'production',
    TEMPORAL_ADDRESS: server.address,
    SWITCHYARD_HOME: join(place.path, 'home'),
    OPENAI_BASE_URL: team.url,
    OPENAI_API_KEY: 'none',
    SWITCHYARD_LOG_LEVEL: 'error',
    // Seven processes load the same code.
    NODE_COMPILE_CACHE: join(place.path, 'compile-cache'),
  };
  const { code, stderr } = await run('bundle.ts');
  assert.equal(code, 0, stderr);
  worker = await startExample();
});
after(async () => {
  await worker.stop();
  await team[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const run = (...given: string[]) => runProgram(process.execPath, given, { cwd: place.path, env });

/** The example's worker; `stop` ends it by SIGTERM, once, and gives its exit code. */
async function startExample() {
  const worker = spawn(process.execPath, ['worker.ts'], { cwd: place.path, env: { ...process.env, ...env } });
  let said = '';
  worker.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(worker, 'exit').then(([code]) => code as number | null);
  await Promise.race([
    once(worker.stdout, 'data'),
    ended.then((code) => Promise.reject(new Error(`the worker has ended with ${code}: ${said}`))),
  ]);
  const stop = () => {
    worker.kill('SIGTERM');
    return ended;
  };
  return { stop };
}

test('a question as a child of an own workflow: SIGTERM lets the call in flight finish, another worker goes on, and nothing is paid twice', async () => {
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  onAsked = () => {
    begun.resolve();
    return held.promise;
  };
  const asking = run('ask.ts', 'askAndFile', 'When does boil throw?', kettle, 'drained');
  await begun.promise;
  const stopped = worker.stop();
  setTimeout(() => held.resolve(), 500);
  assert.equal(await stopped, 0);
  onAsked = async () => {};
  worker = await startExample();
  const asked = await asking;
  assert.match(asked.stdout, /^filed \(answered\): .*KETTLE_EMPTY/, asked.stderr);
  const roles = team.requests.map(roleOf);
  assert.ok(roles.includes('specialist'), roles.join());
  assert.deepEqual([...new Set(roles)].length, roles.length, roles.join());
});

test('a workflow of another shape answers; wrong input is refused by its field', async () => {
  const quick = await run('ask.ts', 'quickAnswer', 'When does boil throw?', kettle);
  const { kind, state } = JSON.parse(quick.stdout) as { kind: string; state: { routes_run: string[] } };
  assert.deepEqual([kind, state.routes_run.length], ['answered', 1]);
  const refused = await run('ask.ts', 'askAndFile', 'When does boil throw?', join(kettle, 'nowhere'));
  assert.deepEqual([refused.code, refused.stderr.split(':')[0]], [2, 'repo']);
});

test('what the worker has finished replays', async () => {
  const { code, stdout, stderr } = await run('replay.ts');
  assert.equal(code, 0, stdout + stderr);
  const lines = stdout.trim().split('\n');
  // The workflow that files, the question that is its child, and the one of another shape.
  assert.equal(lines.length, 3, stdout);
  for (const id of ['drained', 'quickAnswer-'])
    assert.ok(
      lines.some((line) => line.startsWith(id) && line.endsWith(': replays')),
      stdout,
    );
});
