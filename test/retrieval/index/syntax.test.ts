import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { chunkPieces } from '../../../retrieval/index/chunks.ts';
import { findDefinitions } from '../../../retrieval/index/definitions.ts';
import { grammarFor } from '../../../retrieval/index/grammars.ts';
import { readSyntax } from '../../../retrieval/index/syntax.ts';
import { readFileText } from '../../../retrieval/reading/file-text.ts';
import { linesOf } from '../../../retrieval/snapshot/text-files.ts';
import { anyText } from '../../support/any-text.ts';

async function read(path: string, text: string) {
  const grammar = await grammarFor(path);
  assert.ok(grammar !== null, `no grammar for ${path}`);
  const lines = linesOf(text);
  // No time passes for the parser, whose time is bounded: on a busy machine it would give up a long text.
  const clock = mock.method(performance, 'now', () => 0);
  const syntax = readSyntax(grammar, text, lines.length);
  clock.mock.restore();
  assert.ok(syntax !== null);
  return { lines, syntax, chunks: chunkPieces(lines, syntax.definitions, syntax.ends) };
}

const samples: [path: string, text: string, names: string[]][] = [
  [
    'a.ts',
    'export class Cart {\n  total(): number {\n    return 1;\n  }\n}\nexport const limit = 3;\n',
    ['Cart', 'total', 'limit'],
  ],
  ['a.tsx', 'export const Box = () => <div />;\ninterface Props {\n  a: string;\n}\n', ['Box', 'Props']],
  ['a.js', 'Reply.prototype.send = function () {};\nexports.build = () => 1;\n', ['send', 'build']],
  ['a.py', 'LIMIT = 3\nclass A:\n    async def run(self):\n        pass\n', ['LIMIT', 'A', 'run']],
  ['a.go', 'package a\nfunc (s *Server) Serve() {}\ntype Server struct{}\n', ['Serve', 'Server']],
  ['a.rs', 'pub struct A;\nimpl A {\n    fn go(&self) {}\n}\n', ['A', 'A', 'go']],
  ['A.java', 'class A {\n  void run() {}\n}\n', ['A', 'run']],
  ['a.cpp', 'namespace n {\nint add(int a) { return a; }\n}\n', ['n', 'add']],
  ['a.cs', 'namespace N {\n  class A {\n    void Run() {}\n  }\n}\n', ['N', 'A', 'Run']],
  ['a.rb', 'module M\n  def self.go\n  end\nend\n', ['M', 'go']],
  ['a.php', '<?php\nclass A {\n  function run() {}\n}\n', ['A', 'run']],
  ['a.sh', 'build() {\n  echo 1\n}\n', ['build']],
];

test('definitions are found by name in every language that has a grammar', async () => {
  for (const [path, text, names] of samples) {
    const { syntax } = await read(path, text);
    assert.deepEqual(
      syntax.definitions.map((one) => one.name),
      names,
      path,
    );
  }
});

test('chunks cover a file without gaps or overlap, whatever is in it', async () => {
  const line = fc.oneof(
    fc.constantFrom('class A {', '}', 'function f(a) {', 'def f():', '    pass', '', '/*', '*/', '"""', '((((', '# x'),
    anyText(300),
    fc.string({ maxLength: 4000 }).map((text) => text.repeat(4)),
  );
  const ending = fc.constantFrom('\n', '\r\n');
  let defined = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 150 }),
      ending,
      fc.constantFrom('a.ts', 'a.py', 'a.rs'),
      async (rows, end, path) => {
        const { lines, chunks, syntax } = await read(path, rows.join(end));
        let next = 1;
        for (const { first, last } of chunks) {
          assert.equal(first, next);
          assert.ok(last >= first && last - first < 60);
          next = last + 1;
        }
        assert.equal(next, lines.length + 1);
        defined += syntax.definitions.length;
        for (const { line: at, last } of syntax.definitions) assert.ok(at >= 1 && last >= at && last <= lines.length);
      },
    ),
    { numRuns: 60, examples: [[['function f(a) {', '}'], '\n', 'a.ts']] },
  );
  assert.ok(defined > 0, 'some of it defines something');
});

test('a function that fits is not cut, and the comment above it stays with it', async () => {
  const body = (name: string, length: number) =>
    `/** Tells about ${name}. */\nfunction ${name}() {\n${'  step();\n'.repeat(length)}}\n`;
  const text = [body('one', 40), body('two', 40), body('three', 5), body('four', 5)].join('\n');
  const { chunks, lines } = await read('a.js', text);
  assert.deepEqual(
    chunks.map((chunk) => chunk.names),
    [['one'], ['two', 'three'], ['four']],
  );
  for (const { first } of chunks) assert.match(lines.slice(first - 1).find((row) => row !== '') ?? '', /^\/\*\*/);
});

test('headings of reStructuredText are found with their sections', () => {
  const text = '=====\nTitle\n=====\n\nText.\n\nPart one\n--------\n\nMore.\n\nPart two\n--------\nEnd.\n--------\n';
  const found = findDefinitions('docs/a.rst', linesOf(text));
  assert.deepEqual(
    found.map(({ name, line, last, indent }) => [name, line, last, indent]),
    [
      ['Title', 1, 15, 0],
      ['Part one', 7, 11, 1],
      ['Part two', 12, 13, 1],
      ['End.', 14, 15, 1],
    ],
  );
});

test('deep nesting and bytes that are no text cost nothing but themselves', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}\n`;
  const { chunks } = await read('a.js', `const a = 1;\n${deep}function after() {}\n`);
  assert.equal(chunks.at(-1)?.last, 3);
  const odd = readFileText('a.py', Buffer.from([0xc3, 0xff, 0x0a, 0x61]), false);
  assert.equal((await read('a.py', odd.text ?? '')).chunks.length, 1);
});
