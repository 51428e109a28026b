/** When an answer mentions a fact: the rules of docs/evaluation.md, each with what it lets in and what it keeps out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fact } from '../../contracts/dataset.ts';
import { readDataset } from '../../harness/dataset.ts';
import { compilePattern, search, searchedCharacters } from '../../harness/graders/linear-pattern.ts';
import { mentions, said } from '../../harness/graders/wording.ts';
import { aQuestion } from './graded-case.ts';

const says = (text: string, ...wordings: unknown[]) => mentions(said(text), Fact.parse(wordings));
const code = (text: string) => ({ text, match: 'code' });
const regex = (text: string) => ({ text, match: 'regex' });

type Row = { wording: unknown; in: string[]; notIn: string[] };

function hold(rows: readonly Row[]): void {
  assert.ok(rows.length > 0);
  for (const { wording, in: texts, notIn } of rows) {
    for (const text of texts) assert.ok(says(text, wording), `${JSON.stringify(wording)} in ${JSON.stringify(text)}`);
    for (const text of notIn)
      assert.ok(!says(text, wording), `${JSON.stringify(wording)} not in ${JSON.stringify(text)}`);
  }
}

test('a fact counts in any of its wordings, whatever the case, markup and spacing', () => {
  assert.ok(says('the **`BodyLimit`** option', 'bodylimit'));
  assert.ok(says('it can’t\n  opt out', "can't opt out"));
  assert.ok(says('about 1 MiB', '1048576', '1 MiB'));
  assert.ok(!says('about 2 MiB', '1048576', '1 MiB'));
});

test('words count as whole words', () =>
  hold([
    {
      wording: 'MIT',
      in: ['MIT', 'the MIT licence', 'MIT-licensed', '(MIT)', '_MIT_', "MIT's"],
      notIn: ['a commit', 'limits', 'MITRE'],
    },
    {
      wording: 'close',
      in: ["'close'", 'on close.', '`close`'],
      notIn: ['onClose', 'closed', 'on_close', 'close_all', 'enclose'],
    },
    { wording: 'can', in: ['you can'], notIn: ["you can't", 'cannot', 'you can’t'] },
    { wording: 'Fastify', in: ["Fastify's", 'Fastify’s hooks'], notIn: ['Fastifying'] },
    { wording: 'blocking', in: ['non-blocking', 'non‑blocking'], notIn: ['unblocking'] },
    {
      wording: 'transfer-encoding',
      in: ['Transfer-Encoding', 'transfer‑encoding'],
      notIn: ['transfer encoding', 'transfer-encodings'],
    },
    { wording: '@fastify/middie', in: ['use @fastify/middie.'], notIn: ['@fastify/middieware'] },
  ]));

test('a number is not found inside a longer number, a name or a version', () =>
  hold([
    {
      wording: '30',
      in: ['after 30 days', 'at most 30.', '30, then', '30-40', '(30)'],
      notIn: ['300 days', '130 days', '1.30 s', '30.5 s', '1,30', '30,000', 'v30', 'base30', '٣30'],
    },
  ]));

test('words of any script: folded case, marks, elision, and scripts without spaces', () =>
  hold([
    { wording: 'Straße', in: ['STRASSE', 'die Straße'], notIn: ['Straßenbahn'] },
    { wording: 'ΟΔΟΣ', in: ['η οδος', 'οδος.'], notIn: ['μεθοδος'] },
    { wording: 'лимит', in: ['Лимит тела'], notIn: ['лимита', 'безлимит'] },
    { wording: 'cafe', in: ['a cafe'], notIn: ['a café', 'a cafe\u0301', 'a cafe\u0323'] },
    { wording: 'café', in: ['un cafe\u0301'], notIn: [] },
    { wording: 'erreur', in: ["l'erreur", 'l’erreur'], notIn: ['erreurs'] },
    { wording: 'हिन्दी', in: ['यह हिन्दी है'], notIn: ['यह हिन्दीे'] },
    { wording: '许可证', in: ['它使用麻省理工许可证发布', '许可证'], notIn: ['许可'] },
    { wording: 'MIT', in: ['它使用MIT许可证', 'ライセンスはMITです', 'MIT라이선스'], notIn: [] },
    { wording: '라이선스', in: ['라이선스는 MIT입니다'], notIn: [] },
    { wording: 'ใบอนุญาต', in: ['ใช้ใบอนุญาตเอ็มไอที'], notIn: [] },
    {
      wording: 'ABC 123',
      in: ['ＡＢＣ\u3000１２３', 'ABC\u00a0123', 'A\u00adBC 123', 'A\u200bBC 123'],
      notIn: ['ABC123'],
    },
  ]));

test('code counts letter for letter, and not inside a longer name', () =>
  hold([
    {
      wording: code('reply.send('),
      in: ['call `reply.send(x)`', 'return reply.send('],
      notIn: ['Reply.send(', 'my_reply.send('],
    },
    { wording: code('404'), in: ['a 404.', '`404`'], notIn: ['4040', 'E404', '404.5'] },
    { wording: code('--flag'), in: ['with --flag', '--flag=1'], notIn: ['--flags', '--flag-more', '--Flag'] },
    { wording: code('a.b'), in: ['a.b', 'a.b()', 'x.a.b'], notIn: ['aa.b', 'a.bc', 'a_b'] },
    {
      wording: code('content-type'),
      in: ['the content-type header'],
      notIn: ['x-content-type', 'content-type-parser'],
    },
    { wording: code('req-'), in: ['req-1a', '`req-`'], notIn: ['myreq-1'] },
    { wording: code('$ref'), in: ['{"$ref": 1}'], notIn: ['$refs', '$$ref'] },
    { wording: code('a * b'), in: ['`a * b`', 'a  *\nb'], notIn: ['a b'] },
  ]));

test('a regular expression counts where it matches', () =>
  hold([
    { wording: regex('\\b30 ?(?:s|sec(?:ond)?s?)\\b'), in: ['30s', 'after 30 seconds'], notIn: ['30 minutes', '130s'] },
    { wording: regex('^yes'), in: ['Yes, it does'], notIn: ['oh yes'] },
    { wording: regex('e{2,3}n$'), in: ['seen', 'seeen'], notIn: ['sen', 'seenly'] },
    { wording: regex('[^\\]a-c]\\]'), in: ['d]'], notIn: ['a]', ']]'] },
    { wording: regex('\\p{Lu}\\u0062\\x63'), in: ['Abc'], notIn: ['1bc'] },
    { wording: regex('(?:a*)*b'), in: ['aaab', 'b'], notIn: ['aaa'] },
    { wording: regex('x|y|'), in: ['z'], notIn: [] },
    { wording: regex('\\bété\\B'), in: ['étés'], notIn: ['été'] },
  ]));

test('a regular expression takes steps in proportion to the text, however it is written', () => {
  const worst = `${'a'.repeat(100_000)}!`;
  for (const source of ['(a+)+$', '(a|aa)+$', 'a*a*a*a*a*b', '(?:a?){40}a{40}b']) {
    const pattern = compilePattern(source);
    const { found, steps } = search(pattern, worst);
    assert.equal(found, false);
    assert.ok(steps > worst.length && steps <= pattern.program.length * (worst.length + 1), source);
  }
  assert.equal(search(compilePattern('b'), `${'a'.repeat(searchedCharacters)}b`).found, false);
});

test('a pattern that cannot be searched in bounded time is refused with its line and field', () => {
  const refused = (field: 'must_mention' | 'forbidden_claims', source: string) => () =>
    readDataset(JSON.stringify({ ...aQuestion(), [field]: ['plain', regex(source)] }), 'set.jsonl');
  assert.throws(refused('must_mention', '(a)\\1'), /^LineProblem: set\.jsonl:1: must_mention\.1: .*backreferences/);
  assert.throws(refused('forbidden_claims', '(?=a)'), /set\.jsonl:1: forbidden_claims\.1: .*lookaround/);
  for (const source of ['(', 'a{1000}', '(?:a{50}){50}', '(?<n>a)', '(?i:a)', '\\k', 'a{2,1}', '(?:(?:){300}){301}'])
    assert.throws(refused('must_mention', source), /must_mention\.1: the regular expression .* is refused/, source);
  assert.doesNotThrow(refused('must_mention', '(?:(?:(?:){300}){300}){300}'));
  assert.throws(
    () => readDataset(JSON.stringify({ ...aQuestion(), must_mention: [{ text: 'a', match: 'near' }] }), 'set.jsonl'),
    /set\.jsonl:1: must_mention\.0/,
  );
});
