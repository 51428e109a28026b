/** Which repository a call means, and what may be asked about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidInput } from '../../application/errors.ts';
import { inArguments } from '../../mcp/calls/argument-words.ts';
import { toolError } from '../../mcp/calls/tool-error.ts';
import { Repositories } from '../../mcp/repositories.ts';
import { readSourceUri, sourceUri } from '../../mcp/sources/source-uri.ts';

test('without a list any repository may be named, and the usual one is meant where none is', () => {
  const any = new Repositories('any', '/work/fastify');
  assert.equal(any.optionsOf({}).repo, '/work/fastify');
  assert.deepEqual(any.optionsOf({ repository: '/other', ref: 'v1', uncommitted: false }), {
    ...{ repo: '/other', ref: 'v1', uncommitted: false },
  });
  assert.equal(any.allows({ kind: 'path', path: '/anywhere' }), true);
});

test('with a list repositories are named by the end of their place, and nothing else is', () => {
  const places = ['/work/fastify', 'https://example.org/kettle.git', '/one/lib', '/two/lib/'];
  const listed = new Repositories(places, '/work/fastify');
  assert.deepEqual(listed.names, ['fastify', 'kettle', '/one/lib', '/two/lib/']);
  assert.equal(listed.optionsOf({}).repo, '/work/fastify');
  assert.equal(listed.optionsOf({ repository: 'kettle' }).repo, 'https://example.org/kettle.git');
  const refused = /may not be asked about here: take one of fastify, kettle/;
  for (const repository of ['/work/fastify', '..', 'lib', ''])
    assert.throws(() => listed.optionsOf({ repository }), refused);
  assert.throws(() => new Repositories(places, '.').optionsOf({}), /say which repository is meant/);
  assert.equal(new Repositories(['/a/b'], '.').optionsOf({}).repo, '/a/b');
  assert.throws(() => new Repositories([], '.'), { code: 'InvalidInput', field: 'allowedRepositories' });
  assert.equal(listed.allows({ kind: 'path', path: '/two/lib' }), true);
  assert.equal(listed.allows({ kind: 'path', path: '/two' }), false);
  assert.equal(listed.allows({ kind: 'url', url: 'https://example.org/kettle.git' }), true);
  assert.equal(listed.allows(null), false);
});

test('errors name arguments, not options of the command line, and what nobody foresaw stays in the log', () => {
  assert.equal(inArguments('--max-tokens or --repo, not a--b'), 'max_tokens or repository, not a--b');
  const logged: string[] = [];
  const textOf = (error: unknown) => toolError(error, (text) => logged.push(text)).content[0];
  const text = 'InvalidInput (max_tokens): max_tokens is too large';
  assert.deepEqual(textOf(new InvalidInput('maxTokens', '--max-tokens is too large')), { type: 'text', text });
  assert.deepEqual(logged, []);
  assert.doesNotMatch(JSON.stringify(textOf(new Error('secret'))), /secret/);
  assert.match(logged.join(), /secret/);
});

test('a source is named so that it can be read back, whatever its path holds', () => {
  const ref = { id: 'a'.repeat(40), repositoryKey: 'kettle-1' };
  for (const path of ['lib/a b.js', 'ü/#?%.js', '[x]/{y}/+z', 'a:b/c\\d']) {
    const place = { path, firstLine: 2, lastLine: 9 };
    assert.deepEqual(readSourceUri(sourceUri(ref, place)), { ref: { ...ref, url: null }, ...place });
  }
  for (const uri of ['', 'switchyard://source/k/a/1-2/x', `switchyard://source/k/${ref.id}/0-2/x`, 'x'.repeat(5_000)])
    assert.throws(() => readSourceUri(uri), { code: 'InvalidInput', field: 'uri' });
});
