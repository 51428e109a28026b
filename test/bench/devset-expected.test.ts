/** Which files can be expected, when a text gives them away, which commits are refused, and how the sample is drawn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, toCandidate } from '../../bench/dev-set/devset-candidates.ts';
import { parseRecord } from '../../bench/dev-set/devset-history.ts';
import { namesPath, namesStem } from '../../question-maker/path-naming.ts';
import { looksGenerated } from '../../question-maker/generated-text.ts';
import { majorityLanguage, pathKind } from '../../bench/dev-set/devset-paths.ts';
import { plannedRepositories } from '../../bench/dev-set/devset-repositories.ts';
import { drawOrder, takeSample } from '../../bench/dev-set/devset-sample.ts';

test('source is told from tests, documents, configuration, built files and other languages', () => {
  for (const path of [
    'lib/reply.js',
    'packages/core/src/App.tsx',
    'types/route.d.ts',
    'packages/rule-tester/src/a.ts',
  ]) {
    assert.equal(pathKind(path), 'source', path);
  }
  const aside = [
    ...['test/reply.js', 'src/reply.spec.ts', 'src/__tests__/a.ts', 'packages/x-tests/a.js', 'docs/a.js', 'dist/a.js'],
    ...['vite.config.ts', '.eslintrc.js', 'deno/lib/a.ts', 'README.md', 'package-lock.json', 'a/Button.stories.tsx'],
  ];
  for (const path of aside) assert.equal(pathKind(path), 'aside', path);
  assert.equal(pathKind('src/App.vue'), 'foreign');
  assert.equal(pathKind('test/App.vue'), 'aside');
});

test('the language is that of most expected files', () => {
  assert.equal(majorityLanguage(['a.js', 'b.js', 'c.ts']), 'javascript');
  assert.equal(majorityLanguage(['a.js', 'b.d.ts']), 'typescript');
});

test('generated and minified files are recognised', () => {
  assert.equal(looksGenerated('// This file is auto-generated.\nexport {};\n'), true);
  assert.equal(looksGenerated(`const a=1;${'f();'.repeat(1000)}`), true);
  assert.equal(looksGenerated(`${'const a = 1;\n'.repeat(1000)}`), false);
});

test('a text names a path by file name, by import or by a joined name, not by a word or symbol', () => {
  assert.equal(namesPath('it breaks in Reply.js today', 'lib/reply.js'), true);
  assert.equal(namesPath("import from '../lib/reply' fails", 'lib/reply.js'), true);
  assert.equal(namesPath('retry-handler gives up', 'src/retry-handler.ts'), true);
  assert.equal(namesPath('no-empty warns twice', 'rules/no-empty/index.js'), true);
  assert.equal(namesPath('reapply.js is large', 'lib/apply.js'), false);
  assert.equal(namesPath('the reply lacks a header', 'lib/reply.js'), false);
  assert.equal(namesPath('the index is wrong', 'lib/reply/index.js'), false);
  assert.equal(namesStem('Reply lacks a header', 'lib/reply.js'), true);
  assert.equal(namesStem('replying fails', 'lib/reply.js'), false);
});

const message = 'fix: a late abort is lost\n\nThe caller waits for ever when the request was aborted late.';
const commitOf = (paths: readonly string[], text = message, status = 'M') => ({
  ...{ id: 'a'.repeat(40), parent: 'b'.repeat(40), message: text },
  changes: paths.map((path) => ({ status, path })),
});

test('a commit becomes a candidate with its source files as the expected ones', () => {
  const candidate = toCandidate(commitOf(['lib/client.js', 'test/client.js', 'CHANGELOG.md']));
  assert.ok(typeof candidate === 'object');
  assert.deepEqual(candidate.expected, ['lib/client.js']);
  assert.match(candidate.text, /^a late abort is lost\n\nThe caller waits/);
});

test('each unfit commit is refused for its reason', () => {
  assert.equal(toCandidate(commitOf(['a.js'], message.replace('fix', 'chore'))), 'kind of change');
  assert.equal(
    toCandidate(commitOf(['a.js'], 'Bump undici from 1 to 2 because the old one never worked right')),
    'kind of change',
  );
  assert.equal(toCandidate(commitOf(['test/a.js'])), 'no source');
  assert.equal(toCandidate(commitOf(['a.js', 'b.css'])), 'other languages');
  assert.equal(toCandidate(commitOf(Array.from({ length: 9 }, (_, at) => `src/${at}.ts`))), 'too many files');
  assert.equal(toCandidate(commitOf(['a.js'], message, 'A')), 'adds or removes source');
  assert.equal(toCandidate(commitOf(['a.js'], 'fix: crash')), 'says too little');
  assert.equal(toCandidate(commitOf(['a.js'], `${message} See a.js there.`)), 'names an expected path');
});

test('a record of git log is read; commits without exactly one parent are not', () => {
  const [id, parent] = ['a'.repeat(40), 'b'.repeat(40)];
  const read = parseRecord(`\u0001${id}\0${parent}\0subject\n\nbody\n\0\nM\0lib/a b.js\0A\0c.ts\0`);
  const changes = [
    { status: 'M', path: 'lib/a b.js' },
    { status: 'A', path: 'c.ts' },
  ];
  assert.deepEqual(read, [{ id, parent, message: 'subject\n\nbody\n', changes }]);
  assert.deepEqual(parseRecord(`\u0001${id}\0${parent} ${parent}\0merge\0`), []);
  assert.deepEqual(parseRecord(`\u0001${id}\0\0first\0\nA\0a.js\0`), []);
});

const candidates = Array.from({ length: 60 }, (_, at): Candidate => {
  const text = `subject ${at} ${at % 2 === 0 ? 'long '.repeat(80) : ''}`;
  return { id: `${at}`, parent: 'p', subject: `subject ${at}`, text, expected: [`src/${at}.ts`] };
});

test('the order depends on the seed only, keeps what it had when candidates join, and drops repeated texts', () => {
  const ids = (list: readonly Candidate[]) => list.map(({ id }) => id);
  const ordered = drawOrder(candidates, '1');
  assert.equal(ordered.length, 60);
  assert.deepEqual(ids(drawOrder(candidates.toReversed(), '1')), ids(ordered));
  assert.notDeepEqual(ids(drawOrder(candidates, '2')), ids(ordered));
  const without = drawOrder(candidates.slice(1), '1');
  assert.deepEqual(ids(without), ids(ordered.filter(({ id }) => id !== '0')));
  const twice = candidates.map((candidate) => ({ ...candidate, id: `again ${candidate.id}` }));
  assert.equal(drawOrder([...candidates, ...twice], '1').length, 60);
});

test('long texts take two thirds of the places, and no set of expected files more than three', () => {
  const taken = takeSample(candidates, 12);
  assert.equal(taken.length, 12);
  assert.equal(taken.filter(({ text }) => text.length >= 300).length, 8);
  const alike = candidates.map((candidate) => ({ ...candidate, expected: ['src/app.ts'] }));
  assert.equal(takeSample(alike, 12).length, 3);
});

test('both splits have as many repositories, and none is in both', () => {
  const names = plannedRepositories.map(({ repository }) => repository);
  assert.equal(new Set(names).size, names.length);
  const tuning = plannedRepositories.filter(({ split }) => split === 'tuning').length;
  assert.equal(tuning * 2, names.length);
});
