/** What a thrown value is in words, and which system error it is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { messageOf, systemErrorCode } from '../../lib/errors.ts';

test('an error speaks by its message, anything else by its text', () => {
  assert.equal(messageOf(new TypeError('no such field')), 'no such field');
  assert.equal(messageOf('thrown as text'), 'thrown as text');
  assert.equal(messageOf(undefined), 'undefined');
  assert.equal(messageOf(null), 'null');
});

test('only a system error has a code', () => {
  assert.throws(
    () => readFileSync('/nowhere/at all'),
    (error) => systemErrorCode(error) === 'ENOENT',
  );
  assert.equal(systemErrorCode(Object.assign(new Error('exit'), { code: 1 })), null);
  assert.equal(systemErrorCode({ code: 'ENOENT' }), null);
});
