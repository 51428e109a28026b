/** The errors of the application layer, and what becomes of those of others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@temporalio/client';
import { errorCodes, InvalidInput, RunNotFound, typedError } from '../../application/errors.ts';
import { questionInput } from '../../application/questions/question-input.ts';
import { exitCodesOfErrors } from '../../client/exit-codes.ts';
import { EncryptionKeyUnknown } from '../../codecs/failures.ts';
import { loadConfig } from '../../config/load-config.ts';
import { CommandFailure, Interrupted, systemErrorCode, UsageError } from '../../lib/errors.ts';

const rpc = (code: number) => {
  const cause = Object.assign(new Error(`${code} why`), { code, details: 'why', metadata: {} });
  return new ServiceError('Failed to ask', { cause });
};

test('whatever is foreseen has a code, and the command line an exit code for each', () => {
  const codeOf = (error: unknown) => typedError(error)?.code ?? null;
  assert.deepEqual(
    [new UsageError('x'), new CommandFailure('x'), new Interrupted(), new RunNotFound('ask-1')].map(codeOf),
    ['InvalidInput', 'Failed', 'Interrupted', 'RunNotFound'],
  );
  assert.deepEqual([rpc(14), rpc(4), rpc(7), rpc(1)].map(codeOf), [
    ...['ServerUnavailable', 'ServerUnavailable', 'ServerRefused', 'Interrupted'],
  ]);
  assert.deepEqual([new EncryptionKeyUnknown('k'), new Error('Unknown encoding: binary/encrypted')].map(codeOf), [
    ...['Unreadable', 'Unreadable'],
  ]);
  assert.equal(codeOf(new TypeError('a mistake of ours')), null);
  assert.deepEqual(Object.keys(exitCodesOfErrors).toSorted(), errorCodes.toSorted());
  // What a file system says is told by its code; ours are none of its.
  assert.equal(systemErrorCode(new InvalidInput('ref', 'x')), null);
  assert.equal(systemErrorCode(Object.assign(new Error('x'), { code: 'ENOENT' })), 'ENOENT');
});

test('what is wrong with a question is told with its field', async () => {
  const settings = loadConfig({});
  const given = { repo: '.', pipeline: 'orchestrated' };
  const wrong: [string, string, object][] = [
    ['question', '   ', {}],
    ['pipeline', 'Why?', { pipeline: 'none' }],
    ['repo', 'Why?', { repo: '/nowhere/at/all' }],
    ['ref', 'Why?', { ref: '--upload-pack=x' }],
    ['uncommitted', 'Why?', { ref: 'HEAD', uncommitted: true }],
    ['route', 'Why?', { route: 'none' }],
    ['retryLimit', 'Why?', { retryLimit: 11 }],
    ['maxModelCalls', 'Why?', { maxModelCalls: 601 }],
  ];
  for (const [field, question, options] of wrong)
    await assert.rejects(questionInput(question, { ...given, ...options }, settings), { code: 'InvalidInput', field });
});
