/** What a sweep leaves alone: what is young, is being built, or may be needed by somebody who cannot be asked. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { exporterIdOf, exporterType, signals } from '../../../contracts/names.ts';
import { shareBuildLock } from '../../../retrieval/store/build-lock.ts';
import { createContentStore } from '../../../retrieval/store/content-store.ts';
import { storedRepositories } from '../../../retrieval/store/store-sweep.ts';
import { noteServer } from '../../../runtime/temporal/known-servers.ts';
import { ask, dayMs, idsOf, moment, snapshotsIn, stageOfFile, sweep } from './stage.ts';

const opened = stageOfFile();

test('a store into which a snapshot is being built is left as it is', async () => {
  const { scene, paths } = opened.stage;
  await ask(scene, 'What is asked first?');
  const since = await moment();
  const [key = ''] = storedRepositories(paths.dataDirectory);
  {
    using _building = shareBuildLock(paths.dataDirectory, key);
    const report = await sweep(scene, since);
    assert.match(report.notes.join(), /being built/);
    assert.equal(snapshotsIn(paths).length, 1);
  }
  assert.equal((await sweep(scene, since)).removed.snapshots.count, 1);
});

test('what is young stays although nothing needs it yet', async () => {
  const { scene, paths } = opened.stage;
  const store = createContentStore(paths.content);
  const id = await store.put('stored a moment ago, and told to nobody');
  await sweep(scene, Date.now(), { nowMs: Date.now(), keepDays: 0 });
  assert.equal(await store.get(id), 'stored a moment ago, and told to nobody');
});

test('where the server does not tell, nothing is removed', async () => {
  const { scene, paths } = opened.stage;
  await ask(scene, 'What is asked first?');
  const since = await moment();
  const before = idsOf(paths).size;
  const client = new Proxy(scene.client, {
    get: (target, name) => {
      if (name !== 'workflow') return Reflect.get(target, name);
      return {
        list: (options: object) => target.workflow.list(options),
        getHandle: () => ({ fetchHistory: () => Promise.reject(new Error('busy')) }),
      };
    },
  });
  await assert.rejects(sweep(scene, since - dayMs, { client }), /busy/);
  assert.equal(idsOf(paths).size, before);
});

test('what runs of a server that cannot be asked may need stays until none of them can be open', async () => {
  const { scene, paths } = opened.stage;
  await ask(scene, 'What is asked first?');
  const since = await moment();
  noteServer(paths, 'elsewhere:7233/team');
  const before = idsOf(paths).size;
  const report = await sweep(scene, since);
  assert.match(report.notes.join(), /elsewhere:7233\/team/);
  assert.deepEqual([idsOf(paths).size, snapshotsIn(paths).length], [before, 1]);
  await sweep(scene, since, { nowMs: since + 190 * dayMs });
  assert.deepEqual([idsOf(paths).size, snapshotsIn(paths).length], [0, 0]);
});

test('a run whose history is gone before its trace was sent holds up no sweep', async () => {
  const { scene } = opened.stage;
  const { client, taskQueue } = scene;
  await ask(scene, 'What was asked lately?');
  const gone = [{ workflowId: 'never', runId: randomUUID() }];
  const signal = { signal: signals.export, signalArgs: [gone] };
  await client.workflow.signalWithStart(exporterType, {
    ...signal,
    workflowId: exporterIdOf(taskQueue),
    taskQueue,
    args: [{}],
  });
  const report = await sweep(scene, await moment());
  assert.notEqual(report.after, null);
});
