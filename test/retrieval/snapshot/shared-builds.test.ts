import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../../contracts/snapshot.ts';
import { sharedBuilds } from '../../../retrieval/snapshot/shared-builds.ts';
import type { SnapshotSource } from '../../../retrieval/snapshot/snapshot-source.ts';

const source = (root: string): SnapshotSource => ({
  kind: 'folder',
  dataDirectory: '/home',
  repositoryKey: 'key',
  label: 'folder',
  url: null,
  root,
  withSecrets: false,
});

/** Builds that end when the test says so; each tells its number as the snapshot's label. */
function scene() {
  const begun: { root: string; signal: AbortSignal; end: () => void }[] = [];
  const build = sharedBuilds((from, { signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Snapshot>();
    const number = begun.length + 1;
    signal.addEventListener('abort', () => reject(signal.reason));
    const root = from.kind === 'folder' ? from.root : '';
    begun.push({ root, signal, end: () => resolve({ label: `build ${number}` } as Snapshot) });
    return promise;
  });
  return { begun, build };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const { signal } = new AbortController();

test('who asks while a build runs waits for one that begins afterwards, together with the others', async () => {
  const { begun, build } = scene();
  const first = build(source('/a'), { signal });
  await settled();
  const later = [build(source('/a'), { signal }), build(source('/a'), { signal }), build(source('/a'), { signal })];
  await settled();
  assert.equal(begun.length, 1);
  begun[0]?.end();
  assert.equal((await first).label, 'build 1');
  await settled();
  assert.equal(begun.length, 2);
  begun[1]?.end();
  assert.deepEqual(
    (await Promise.all(later)).map(({ label }) => label),
    ['build 2', 'build 2', 'build 2'],
  );
});

test('another folder has builds of its own', async () => {
  const { begun, build } = scene();
  const both = [build(source('/a'), { signal }), build(source('/b'), { signal })];
  await settled();
  assert.deepEqual(
    begun.map(({ root }) => root),
    ['/a', '/b'],
  );
  for (const { end } of begun) end();
  await Promise.all(both);
});

test('who gives up leaves the build to the others; when all have given up it ends, and the next asks anew', async () => {
  const { begun, build } = scene();
  const [one, other] = [new AbortController(), new AbortController()];
  const all = [build(source('/a'), { signal: one.signal }), build(source('/a'), { signal: other.signal })];
  const ends = Promise.allSettled(all);
  await settled();
  one.abort(new Error('enough'));
  await settled();
  assert.equal(begun[0]?.signal.aborted, false);
  other.abort(new Error('enough'));
  assert.deepEqual(
    (await ends).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(begun[0]?.signal.aborted, true);
  const again = build(source('/a'), { signal });
  await settled();
  begun[1]?.end();
  assert.equal((await again).label, 'build 2');
});
