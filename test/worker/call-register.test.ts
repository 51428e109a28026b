import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Client } from '@temporalio/client';
import { takeLock } from '../../runtime/host/file-lock.ts';
import { abandonedRegisters, callsEnding, lockEnding } from '../../runtime/host/call-registers.ts';
import { CallRegister } from '../../worker/call-register.ts';
import { failLostCalls } from '../../worker/lost-calls.ts';

const silent = { warn: () => {} } as never;
const nothingToHandOver = () => assert.fail('no run was ending');
const call = (name: string) => ({
  taskToken: Buffer.from(name).toString('base64'),
  activityId: name,
  workflowId: `w-${name}`,
  runId: `r-${name}`,
});

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-calls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that has these activities open, and says what was asked of it. */
function serverWith(open: Record<string, 'started' | 'cancelling'>) {
  const done: string[] = [];
  const client = {
    options: { namespace: 'default' },
    workflowService: {
      describeWorkflowExecution: async ({ execution }: { execution: { workflowId: string } }) => ({
        workflowExecutionInfo: { closeTime: null },
        pendingActivities: Object.entries(open)
          .filter(([activityId]) => `w-${activityId}` === execution.workflowId)
          .map(([activityId, state]) => ({ activityId, state: state === 'cancelling' ? 3 : 2 })),
      }),
      resetStickyTaskQueue: async ({ execution }: { execution: { workflowId: string } }) =>
        void done.push(`unstuck ${execution.workflowId}`),
      respondActivityTaskCanceled: async ({ taskToken }: { taskToken: Buffer }) => {
        done.push(`cancelled ${taskToken}`);
        return {};
      },
    },
    activity: { fail: async (token: Buffer) => void done.push(`failed ${token}`) },
  };
  return { client: client as unknown as Client, done };
}

/** What a killed process leaves: its files, with nobody who holds the lock. */
function kill(register: CallRegister): void {
  const calls = register.name.replace(lockEnding, callsEnding);
  const left = readFileSync(calls, 'utf8');
  register[Symbol.dispose]();
  appendFileSync(register.name, '');
  // SQLite's journal has the name that the lock had when it was taken.
  appendFileSync(register.name.replace(lockEnding, '.new-journal'), '');
  appendFileSync(calls, existsSync(calls) && readFileSync(calls, 'utf8') !== '' ? '' : left);
}

test('the calls of a dead owner are failed, its cancelled ones cancelled, those of the living left alone', async (t) => {
  const folder = folderFor(t);
  using own = new CallRegister(folder, 'own', silent);
  using living = new CallRegister(folder, 'own', silent);
  living.add(call('living'));
  const dead = new CallRegister(folder, 'own', silent);
  for (const name of ['open', 'cancelling', 'gone']) dead.add(call(name));
  dead.add(call('returned'))();
  kill(dead);
  const other = new CallRegister(folder, 'elsewhere:7233/default', silent);
  other.add(call('other'));
  kill(other);
  const { client, done } = serverWith({
    living: 'started',
    open: 'started',
    cancelling: 'cancelling',
    other: 'started',
  });
  const lost = await failLostCalls(client, { folder, own: own.name, server: 'own', handOver: nothingToHandOver });
  assert.deepEqual(lost, { owners: 1, failed: 2, handedOver: 0 });
  assert.deepEqual(done.toSorted(), [
    'cancelled cancelling',
    'failed open',
    ...['cancelling', 'gone', 'open', 'returned'].map((name) => `unstuck w-${name}`),
  ]);
  const owners = new Set(readdirSync(folder).map((name) => name.split('.', 1)[0]));
  assert.equal(owners.size, 3, 'the own, the living, and that of another server');
});

test('runs that a dead owner had still to hand over are handed over, also where that fails at first', async (t) => {
  const folder = folderFor(t);
  using own = new CallRegister(folder, 'own', silent);
  const dead = new CallRegister(folder, 'own', silent);
  const run = (name: string) => ({ workflowId: `w-${name}`, runId: `r-${name}` });
  dead.addEnding(run('told'))?.();
  dead.addEnding(run('untold'));
  dead.add(call('open'));
  kill(dead);
  const { client, done } = serverWith({ open: 'started' });
  const about = { folder, own: own.name, server: 'own' };
  const handOver = () => Promise.reject(new Error('UNAVAILABLE'));
  await assert.rejects(failLostCalls(client, { ...about, handOver }), /UNAVAILABLE/);
  assert.equal(done.at(-1), 'failed open', 'somebody waits for the call');
  const told: unknown[] = [];
  const lost = await failLostCalls(client, { ...about, handOver: async (runs) => void told.push(runs) });
  assert.deepEqual([lost.handedOver, told], [1, [[run('untold')]]]);
});

test('a register whose owner ended in order stays while a run is to be handed over', (t) => {
  const folder = folderFor(t);
  const register = new CallRegister(folder, 'own', silent);
  const told = register.addEnding({ workflowId: 'w', runId: 'r' });
  register[Symbol.dispose]();
  assert.match(readFileSync(register.name.replace(lockEnding, callsEnding), 'utf8'), /"ending":1/);
  assert.ok(told);
});

test('a server that does not answer leaves the register to the next worker', async (t) => {
  const folder = folderFor(t);
  using own = new CallRegister(folder, 'own', silent);
  const dead = new CallRegister(folder, 'own', silent);
  dead.add(call('open'));
  kill(dead);
  const { client, done } = serverWith({ open: 'started' });
  const about = { folder, own: own.name, server: 'own', handOver: nothingToHandOver };
  const { fail } = client.activity;
  client.activity.fail = () => Promise.reject(new Error('UNAVAILABLE'));
  await assert.rejects(failLostCalls(client, about), /UNAVAILABLE/);
  client.activity.fail = fail;
  assert.deepEqual(await failLostCalls(client, about), { owners: 1, failed: 1, handedOver: 0 });
  assert.equal(done.at(-1), 'failed open');
  assert.deepEqual(await failLostCalls(client, about), { owners: 0, failed: 0, handedOver: 0 });
});

test('a register stays small over thousands of calls, and keeps those that are open', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const folder = folderFor(t);
  const register = new CallRegister(folder, 'own', silent);
  const file = register.name.replace(lockEnding, callsEnding);
  register.add(call('open'));
  register.addEnding({ workflowId: 'w', runId: 'r' });
  for (let at = 0; at < 10_000; at += 1) {
    register.add(call(`short-${at}`))();
    t.mock.timers.tick(10);
  }
  assert.ok(readFileSync(file, 'utf8').split('\n').length < 4_000);
  appendFileSync(file, '{"call":10003,"taskTo');
  kill(register);
  using own = new CallRegister(folder, 'own', silent);
  const { client, done } = serverWith({ open: 'started' });
  assert.deepEqual(await failLostCalls(client, { folder, own: own.name, server: 'own', handOver: async () => {} }), {
    owners: 1,
    failed: 1,
    handedOver: 1,
  });
  assert.ok(done.length < 1_000, 'what returned long before is not asked about');
});

test('a worker that ends in order leaves nothing, and its lock is never seen free while it lives', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const folder = folderFor(t);
  const register = new CallRegister(folder, 'own', silent);
  register.add(call('short'))();
  assert.equal(takeLock(register.name), null);
  t.mock.timers.tick(10_000);
  register[Symbol.dispose]();
  assert.deepEqual(readdirSync(folder), []);
});

test('where nothing can be written the work goes on', (t) => {
  const folder = folderFor(t);
  const warned: string[] = [];
  using register = new CallRegister(folder, 'own', { warn: (line: string) => void warned.push(line) } as never);
  const circular: { self?: unknown } = {};
  circular.self = circular;
  for (let at = 0; at < 2; at += 1) register.add({ ...call('open'), ...circular })();
  assert.equal(warned.length, 1);
});

test('gc removes the registers of dead owners that nobody follows, and what a kill left half made', (t) => {
  const folder = folderFor(t);
  using living = new CallRegister(folder, 'own', silent);
  const elsewhere = new CallRegister(folder, 'elsewhere:7233/default', silent);
  elsewhere.add(call('open'));
  kill(elsewhere);
  for (const name of ['half-made.new', 'half-made.new-journal', 'renewed.jsonl.new'])
    appendFileSync(join(folder, name), '');
  const tomorrow = Date.now() + 86_400_000;
  const files = () => readdirSync(folder).filter((name) => !name.endsWith('-journal'));
  const before = files();
  assert.deepEqual(abandonedRegisters(folder, Date.now() - 60_000, true), [], 'whatever is young stays');
  assert.equal(abandonedRegisters(folder, tomorrow, false).length, 3);
  assert.deepEqual(files(), before, 'a dry run removes nothing');
  assert.equal(abandonedRegisters(folder, tomorrow, true).length, 3);
  const itsName = living.name.slice(folder.length + 1, -lockEnding.length);
  assert.ok(readdirSync(folder).every((name) => name.startsWith(itsName)));
  assert.equal(takeLock(living.name), null);
});
