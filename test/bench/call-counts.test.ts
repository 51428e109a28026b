import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Exchange, howLost, type Kill } from '../../bench/durability/call-counts.ts';

const sent = (startedAt: number, repliedAt: number | null): Exchange => ({ key: 'call', startedAt, repliedAt });
const killed = (at: number, ofWorker = true): Kill => ({ workflowId: 'w', at, ofWorker });

test('a call is lost by the first kill of its worker after it was sent, whatever is killed later', () => {
  // The model answered a worker that was gone, and the next was killed before it came to the call.
  const [early, late] = [killed(150), killed(9_000)];
  assert.deepEqual(howLost(sent(100, 900), sent(9_500, 9_900), [early, late]), { kill: early, lost: 'in flight' });
  const after = howLost(sent(100, 140), sent(9_500, 9_900), [killed(50), early, late]);
  assert.deepEqual(after, { kill: early, lost: 'in journal write' });
});

test('a reply that the journal held, or that was long there, is one that must not be paid for again', () => {
  const again = sent(9_500, 9_900);
  assert.equal(howLost(sent(100, 200), again, [killed(300)], [210]).lost, 'received');
  assert.equal(howLost(sent(100, 200), again, [killed(300)], [9_901]).lost, 'in journal write');
  assert.equal(howLost(sent(100, 200), again, [killed(5_000)]).lost, 'received');
  assert.equal(howLost(sent(100, null), again, [killed(5_000)]).lost, 'in flight');
});

test('what does not kill a worker loses none of its calls: the last of what was done counts then', () => {
  const [stopped, dead] = [killed(150, false), killed(9_000)];
  assert.deepEqual(howLost(sent(100, 900), sent(9_500, null), [stopped, dead]), { kill: dead, lost: 'received' });
  assert.deepEqual(howLost(sent(100, 900), sent(9_500, null), [stopped]), { kill: stopped, lost: 'in flight' });
});

test('what the model reads after the kill was sent by the worker that is gone', () => {
  const [first, second] = [{ ...killed(1_000), until: 2_000 }, killed(9_000)];
  const found = howLost(sent(1_010, 1_200), sent(5_000, 5_300), [first, second]);
  assert.deepEqual(found, { kill: first, lost: 'in flight' });
  // By the next kill it would have been received for eight seconds.
  const later = howLost(sent(1_010, 1_200), sent(9_500, 9_700), [{ ...first, until: 1_000 }, second]);
  assert.equal(later.lost, 'received');
});
