import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inShort } from '../../workflows/answer-question/visibility.ts';

test('a text that is as long as a summary may be stays whole; a longer one ends in an ellipsis', () => {
  assert.equal(inShort('x'.repeat(180)), 'x'.repeat(180));
  assert.equal(inShort('x'.repeat(181)), `${'x'.repeat(179)}…`);
  assert.equal(inShort('three', 4), 'thr…');
});
