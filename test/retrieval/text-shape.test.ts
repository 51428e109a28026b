import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chunkLines } from '../../retrieval/index/chunks.ts';
import { findDefinitions } from '../../retrieval/index/definitions.ts';
import { fileClass } from '../../retrieval/snapshot/file-class.ts';
import { withoutPasswords } from '../../retrieval/snapshot/git-command.ts';
import { globTest } from '../../retrieval/tools/path-filter.ts';
import { readFileText } from '../../retrieval/reading/file-text.ts';
import { linesOf, skipByPath } from '../../retrieval/snapshot/text-files.ts';
import { matchExpression, queryTerms } from '../../retrieval/index/words.ts';

const line = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    '# Title',
    '  return x',
    '}',
    'def run(self):',
    'export function go () {',
    '/** doc',
    'x'.repeat(9000),
  ),
);
const path = fc.constantFrom('a.js', 'a.py', 'a.md', 'a.c', 'a.java', 'a.rs', 'a.txt');

test('chunks cover a file without gaps or overlap, and definitions lie inside it, whatever its lines are', () => {
  let defined = 0;
  fc.assert(
    fc.property(path, fc.array(line, { maxLength: 300 }), (name, lines) => {
      const definitions = findDefinitions(name, lines);
      defined += definitions.length;
      for (const { line: first, last } of definitions) assert.ok(first >= 1 && first <= last && last <= lines.length);
      let next = 1;
      for (const { first, last } of chunkLines(lines, definitions)) {
        assert.equal(first, next);
        assert.ok(last >= first && last - first < 60);
        next = last + 1;
      }
      assert.equal(next, lines.length + 1);
    }),
  );
  assert.ok(defined > 0, 'some of it defines something');
});

test('any bytes are text or a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const { text, skip } = readFileText('a.txt', bytes, false);
      assert.equal(text === null && skip === null, false);
      if (text !== null) assert.ok(!text.includes('\0') && linesOf(text).every((one) => !one.includes('\n')));
    }),
  );
  assert.equal(readFileText('a.txt', Buffer.alloc(2_000_000, 'a'), false).skip, 'too large');
  assert.equal(readFileText('a.txt', Buffer.alloc(60_000, 'a'), false).skip, 'minified or generated');
});

test('definitions of each language are found with their kinds', () => {
  const cases: [string, string, string][] = [
    ['a.ts', 'export abstract class Router<T> {', 'class Router'],
    ['a.ts', '  private async load(path: string): Promise<void> {', 'method load'],
    ['a.ts', 'export type Options = {', 'type Options'],
    ['a.js', 'module.exports.build = build', 'export build'],
    ['a.js', 'const parse = (text) => {', 'constant parse'],
    ['a.py', '    async def fetch(self):', 'function fetch'],
    ['a.go', 'func (r *Router) Serve(w Writer) error {', 'function Serve'],
    ['a.rs', 'pub(crate) async fn serve(&self) {', 'function serve'],
    ['a.java', '    public static List<String> names(int count) {', 'method names'],
    ['a.cs', 'public sealed record Point(int X);', 'record Point'],
    ['a.rb', '  def self.call(env)', 'function call'],
    ['a.php', '    public function render(): string', 'function render'],
    ['a.c', 'static int parse_header(const char *text)', 'function parse_header'],
    ['a.md', '## Getting started ##', 'heading Getting started'],
  ];
  for (const [name, text, expected] of cases) {
    const found = findDefinitions(name, [text]).map((one) => `${one.kind} ${one.name}`);
    assert.deepEqual(found, [expected], text);
  }
  assert.deepEqual(findDefinitions('a.js', ['  if (x) {', '  for (;;) {', 'describe("x", () => {', '  run(x)']), []);
});

test('globs stay inside a folder unless they say otherwise', () => {
  const cases: [string, string, boolean][] = [
    ['*.js', 'lib/a.js', true],
    ['lib/*.js', 'lib/deep/a.js', false],
    ['lib/**/*.js', 'lib/deep/a.js', true],
    ['lib/**/*.js', 'lib/a.js', true],
    ['{lib,src}/?.ts', 'src/a.ts', true],
    ['[!a]*.js', 'b.js', true],
    ['a.js', 'axjs', false],
    ['(a+)+$', 'aaaa', false],
  ];
  for (const [glob, candidate, expected] of cases)
    assert.equal(globTest(glob)(candidate), expected, `${glob} ${candidate}`);
});

test('no query can hold full-text syntax', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (query) => {
      const expression = matchExpression(queryTerms(query));
      assert.ok(expression === null || /^"[^"]+"( OR "[^"]+")*$/.test(expression));
    }),
  );
});

test('paths tell tests and docs from code, and unsafe names are left out', () => {
  const classes = [
    'lib/a.js',
    'test/a.js',
    'a.test.ts',
    'docs/a.js',
    'README',
    'a_test.go',
    'tests/readme.md',
    'src/latest.js',
  ];
  assert.deepEqual(['a/user.pb.go', 'src/__generated__/a.ts', 'api_pb2.py', 'src/gen.ts'].map(fileClass), [
    'generated',
    'generated',
    'generated',
    'code',
  ]);
  assert.deepEqual(classes.map(fileClass), ['code', 'test', 'test', 'sample', 'docs', 'test', 'test', 'code']);
  for (const name of ['a\nb.js', '.GIT/config', '../a', 'a/../b', 'a\u2028b'])
    assert.equal(skipByPath(name, false), 'name not usable');
});

test('passwords in URLs are never shown', () => {
  const message = "fatal: unable to access 'https://ada:s3cret@example.org/x.git/': token https://t0ken@example.org";
  assert.doesNotMatch(withoutPasswords(message), /s3cret|t0ken/);
});
