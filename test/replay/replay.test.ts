import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DeterminismViolationError } from '@temporalio/workflow';
import type { RunProgress } from '../../contracts/run.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { packageVersion } from '../../lib/own-files.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';
import '../support/quiet-runtime.ts';
import { checkout } from '../support/temporal.ts';
import { Replayer } from './replayer.ts';
import { type Sent, sentIn } from './sent.ts';
import { readReleased, releasedVersions } from './released.ts';
import { readShown, readStored, storedHistories } from './stored.ts';

const names = storedHistories();
const replayer = new Replayer(await workflowBundle(dataPaths(join(checkout, '.switchyard')).cache));
after(() => replayer.close());

test('the stored histories cover every workflow and the three shipped pipelines', () => {
  const types = names.map(
    (name) => readStored(name).events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name,
  );
  assert.deepEqual([...new Set(types)].toSorted(), [
    'answerQuestion',
    'exportTraces',
    'makeQuestions',
    'routeOnly',
    'runBenchmark',
  ]);
  for (const name of ['orchestrated', 'single-agent', 'single-agent-ungated']) assert.ok(names.includes(name));
});

for (const name of names) {
  test(`the code replays ${name}, sends what it has sent, and shows what it has shown`, async () => {
    const history = readStored(name);
    assert.ok((history.events?.length ?? 0) > 3);
    const { sent, shown, answer, error } = await replayer.replay(history);
    const expected = sentIn(history);
    // One command at a time: a difference of two long lists says little.
    for (const [at, command] of sent.entries()) assert.deepEqual(command, expected[at]);
    assert.equal(sent.length, expected.length);
    assert.equal(error, null);
    assert.deepEqual(shown, readShown(name));
    const { state } = JSON.parse(String(resultOf(sent) ?? '{}')) as { state?: unknown };
    if (state !== undefined) assert.deepEqual((answer as RunProgress).state, state);
  });
}

test('the histories of this version are kept, unless it is one of before the first release', () => {
  const version = packageVersion();
  assert.ok(version.startsWith('0.') || releasedVersions().includes(version), version);
});

for (const version of releasedVersions())
  test(`the code replays the histories of ${version}`, async () => {
    const histories = readReleased(version);
    assert.ok(histories.length > 50, `${histories.length} histories`);
    for (const { name, history } of histories.filter(({ isStored }) => !isStored)) {
      const { error, sent } = await replayer.replay(history);
      assert.equal(error, null, name);
      assert.ok(sent.length > 0, name);
    }
  });

/** What the workflow came to, as text; undefined where it failed or goes on in another run. */
function resultOf(sent: readonly Sent[]): unknown {
  const result = sent.find(({ kind }) => kind === 'complete')?.result;
  return Array.isArray(result) ? result[0] : undefined;
}

test('a byte of an input, a limit or a result that differs is noticed', async () => {
  const { sent } = await replayer.replay(readStored('single-agent'));
  const changed = (change: (sent: Sent) => void) => {
    const expected = sentIn(readStored('single-agent'));
    for (const command of expected) change(command);
    return expected;
  };
  assert.deepEqual(
    sent,
    changed(() => {}),
  );
  for (const field of ['arguments', 'result', 'heartbeat', 'startToClose', 'retry', 'ms', 'values', 'summary'])
    assert.notDeepEqual(
      sent,
      changed((command) => {
        if (command[field] !== undefined) command[field] = 'another';
      }),
      field,
    );
});

/** The same run, as if its pipeline had said so of decisions. */
function withDecisions(name: string, decisions: Record<string, unknown>) {
  const history = structuredClone(readStored(name));
  const [payload] = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  assert.ok(payload?.data);
  const input = JSON.parse(Buffer.from(payload.data).toString('utf8')) as { pipeline: object };
  Object.assign(input.pipeline, { decisions });
  payload.data = Buffer.from(JSON.stringify(input));
  return history;
}

test('a pipeline whose decisions are off sends what one without any sends; one that asks does not', async () => {
  const kinds = ['clarify', 'draft', 'try', 'budget'];
  const all = (policy: string) => Object.fromEntries(kinds.map((kind) => [kind, { policy }]));
  for (const name of [
    'orchestrated',
    'ways/next-route-until-exhausted',
    'ways/model-calls-spent',
    'ways/out-of-time',
  ]) {
    const { sent, error } = await replayer.replay(withDecisions(name, all('off')));
    assert.equal(error, null, name);
    assert.deepEqual(sent, sentIn(readStored(name)), name);
    const asking = await replayer.replay(withDecisions(name, all('ask')));
    assert.ok(asking.error !== null || asking.sent.length !== sent.length, `${name} asks`);
  }
});

test('a history whose steps are in another order is refused, so the replays above can fail', async () => {
  const history = structuredClone(readStored('orchestrated'));
  const scheduled = history.events?.filter((event) => event.activityTaskScheduledEventAttributes) ?? [];
  const second = scheduled[1]?.activityTaskScheduledEventAttributes;
  assert.ok(second?.activityType);
  second.activityType.name = 'judgeDraft';
  const { error } = await replayer.replay(history);
  assert.ok(error instanceof DeterminismViolationError);
});
