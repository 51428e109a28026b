/** Where citations link to: the forge of the repository at the pinned commit, else this server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permalinkOf } from '../../application/runs/source-link.ts';
import { linkTo, sourcePath } from '../../serve/links.ts';

const commit = 'a1b2'.repeat(10);
const snapshot = { id: `${commit}0001`, repositoryKey: 'r', label: 'r', files: 1, bytes: 1 };
const lines = { path: 'lib/a b#?.js', firstLine: 3, lastLine: 5 };
const linkOf = (url: string | null, more = {}) =>
  permalinkOf(lines, { ...snapshot, kind: 'commit' as const, url, ...more });

for (const [url, link] of [
  [
    'https://github.com/fastify/fastify.git',
    `https://github.com/fastify/fastify/blob/${commit}/lib/a%20b%23%3F.js#L3-L5`,
  ],
  ['git@github.com:fastify/fastify.git', `https://github.com/fastify/fastify/blob/${commit}/lib/a%20b%23%3F.js#L3-L5`],
  ['ssh://git@gitlab.com/a/b/c', `https://gitlab.com/a/b/c/-/blob/${commit}/lib/a%20b%23%3F.js#L3-5`],
  ['https://codeberg.org/a/b/', `https://codeberg.org/a/b/src/commit/${commit}/lib/a%20b%23%3F.js#L3-L5`],
  ['https://bitbucket.org/a/b', `https://bitbucket.org/a/b/src/${commit}/lib/a%20b%23%3F.js#lines-3:5`],
  ['https://git.example.org/a/b', null],
  ['https://github.com.evil.example/a/b', null],
  ['https://github.com/a/b")/c', null],
  ['file:///srv/a/b', null],
  [null, null],
] as const)
  test(`lines of ${url} are at ${link ?? 'no forge that is known'}`, () => {
    assert.equal(linkOf(url), link);
  });

test('one line is one line, and what is no commit has no permalink', () => {
  const url = 'https://github.com/a/b';
  const one = permalinkOf({ ...lines, lastLine: 3 }, { ...snapshot, kind: 'commit', url });
  assert.match(one ?? '', /#L3$/);
  assert.equal(linkOf(url, { kind: 'folder' as const }), null);
  assert.equal(linkOf(url, { id: 'c'.repeat(68) }), null);
});

test('a link to this server is where people reach it, else where the request came in', () => {
  const request = { url: 'http://127.0.0.1:8321/v1/chat/completions' };
  const path = sourcePath('bench/a b', 2);
  assert.equal(path, '/runs/bench%2Fa%20b/sources/2');
  assert.equal(linkTo({ publicUrl: null }, request, path), `http://127.0.0.1:8321${path}`);
  assert.equal(linkTo({ publicUrl: new URL('https://ask.example') }, request, path), `https://ask.example${path}`);
});
