/**
 * Model output and repository text meet regular expressions, so each must be linear on every text. Seconds can't show
 * that on a machine with other work, and V8's own linear engine takes no `i`, `u`, look-around or counted repetition and
 * says nothing about a search that starts again at each character. So the steps of a backtracking search are counted:
 * each expression is tried on texts that repeat what it repeats, after what leads there and before what makes it fail,
 * and on a text of twice the length it may take three times the steps at most (a quadratic one takes four times).
 * The counting matcher is held to the real one by the last test.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSync, Visitor } from 'oxc-parser';
import { superlinearText } from '../support/regular-expressions/regex-growth.ts';
import { CountedRegex } from '../support/regular-expressions/regex-steps.ts';

const folders =
  'activities agents client contracts harness lib models observability offline-model retrieval runtime worker workflows'.split(
    ' ',
  );

/** Not linear, on text that is never long; why. */
const bounded: Record<string, string> = {
  'offline-model/router/question-shape.ts /\\bwhen\\b[^?\\n]*\\?/u': 'reads one sentence of 300 characters at most',
  'offline-model/router/question-shape.ts /(?:^|[.,!:] )\\W*(?:can|could|may|would)\\b[^?\\n]*\\?/u': 'the same',
  'offline-model/router/question-shape.ts /(?:^|[.,!:] )\\W*(?:do|does|did|has|have|will)\\b[^?\\n]*\\?/u': 'the same',
  'offline-model/router/question-shape.ts /(?:^|[.,!:] )\\W*(?:is|are|was|were)\\b[^?\\n]*\\?/u': 'the same',
  'harness/graders/linear-pattern.ts /(?:([*+?])|\\{(\\d+)(,?)(\\d*)\\})\\??/y':
    'reads a pattern of 500 characters at most',
  'harness/graders/linear-pattern.ts /\\[(?:\\\\.|[^\\]\\\\])*\\]|\\\\[pPu]\\{[^}]*\\}|\\\\ud[89ab][\\da-f]{2}\\\\ud[c-f][\\da-f]{2}|\\\\u[\\da-f]{4}|\\\\x[\\da-f]{2}|\\\\c.|\\\\.|./isuy':
    'the same',
};

/** Files that build expressions when they are called: what they build, or why it may be anything. */
const built: Record<string, RegExp[] | string> = {
  'agents/router.ts': [/(?<![\w-])code-search(?![\w-])/i],
  'offline-model/passages/code-passages.ts': 'each reads one line of 400 characters at most',
  'retrieval/search/word-check.ts': [/(?<![\p{L}\p{N}_$])timout(?![\p{L}\p{N}_$])/iu],
  'offline-model/policy/assessment.ts': [/\.send\b|\bsend\s*[(:=]/i, /\bsend/i],
  'offline-model/policy/conversation.ts': [/<question((?:\s[^<>]{0,300})?)>/g],
  'offline-model/policy/merge.ts': [/\bconfidence="([^"]*)"/],
  'retrieval/tools/reference-tool.ts': [/(?<![\w$])Reply\.send(?![\w$])/],
  'harness/graders/linear-pattern.ts': 'each is the test of a single character',
  'retrieval/tools/grep-filter.ts': "the model's own: the same thread as grep-tool",
  'retrieval/tools/grep-tool.ts': "the model's own: it runs in a thread that is killed at the deadline of the tool",
  'retrieval/tools/path-filter.ts': "the model's own glob: the same thread",
  'workflows/input/json-schema.ts': 'those of contracts/, which are tried as they stand there',
  'config/redactor.ts': "the user's own, from the settings",
};

type Found = { file: string; source: string; flags: string };

const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`),
);

type Parsed = { literals: Found[]; buildsExpressions: boolean };

const parsed = new Map(files.map((file) => [file, parse(file)]));

function parse(file: string): Parsed {
  const found: Parsed = { literals: [], buildsExpressions: false };
  const text = readFileSync(file, 'utf8');
  if (!mayHoldExpressions(text)) return found;
  const built = ({ callee }: { callee: object }) => {
    if ('name' in callee && callee.name === 'RegExp') found.buildsExpressions = true;
  };
  new Visitor({
    Literal: (node) => {
      if ('regex' in node) found.literals.push({ file, source: node.regex.pattern, flags: node.regex.flags });
    },
    NewExpression: built,
    CallExpression: built,
  }).visit(parseSync(file, text).program);
  return found;
}

/** Not where all slashes are in lines of comment and in names of modules, as in two files of five. */
function mayHoldExpressions(text: string): boolean {
  const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '').replaceAll(/ from '[^'\n]*'/g, '');
  return code.includes('/') || code.includes('RegExp');
}

const literalsOf = (of: readonly string[]) => of.flatMap((file) => parsed.get(file)?.literals ?? []);

/** The expressions that a module builds while it is loaded. */
async function builtOnLoad(file: string): Promise<Found[]> {
  const found: Found[] = [];
  const Original = globalThis.RegExp;
  globalThis.RegExp = class extends Original {
    constructor(source: string | RegExp, flags?: string) {
      super(source, flags);
      found.push({ file, source: this.source, flags: this.flags });
    }
  } as RegExpConstructor;
  try {
    await import(`../../${file}?built`);
  } finally {
    globalThis.RegExp = Original;
  }
  return found;
}

function complaints(expressions: readonly Found[]): string[] {
  return expressions.flatMap(({ file, source, flags }) => {
    if (`${file} /${source}/${flags}` in bounded) return [];
    const growth = superlinearText(source, flags);
    if (growth === null) return [];
    return [`${file}: /${source}/${flags} is not linear on ${growth.text}: ${growth.why}`];
  });
}

for (const folder of folders) {
  test(`every regular expression of ${folder}/ is linear on every text`, () => {
    const literals = literalsOf(files.filter((file) => file.startsWith(`${folder}/`)));
    assert.ok(literals.length > 0);
    assert.deepEqual(complaints(literals), []);
  });
}

test('so is every regular expression that is put together', async () => {
  const builders = files.filter((file) => parsed.get(file)?.buildsExpressions);
  assert.ok(builders.length >= Object.keys(built).length);
  for (const file of builders) {
    const known = built[file];
    if (typeof known === 'string') continue;
    const expressions = known?.map(({ source, flags }) => ({ file, source, flags })) ?? (await builtOnLoad(file));
    assert.ok(expressions.length > 0, `${file} builds expressions that this test does not see`);
    assert.deepEqual(complaints(expressions), []);
  }
});

test('what is known to be quadratic or worse is found', () => {
  const known = [
    /\s+$/,
    /\d*\.?\d+$/,
    /"(?:[^"\\]|\\.)*"/g,
    /<a>[\s\S]*?<\/a>/,
    /^(?:[A-Z]+[a-z]*)+$/,
    /^\s*x/m,
    /(a*)*b/,
  ];
  for (const { source, flags } of known) assert.notEqual(superlinearText(source, flags), null, source);
  for (const { source, flags } of [/(?<!\s)\s+$/, /[^x]*/, /a{1,300}b/, /^\s*x/])
    assert.equal(superlinearText(source, flags), null, source);
});

test('the counting matcher finds what the real one finds', () => {
  const expressions = literalsOf(files).filter(({ flags }) => !/[yv]/.test(flags));
  assert.ok(expressions.length > 300);
  const text = fc.string({ unit: fc.constantFrom(...'aAerost0_ \n\t-.:,;=/#*<>()[]{}\'"`|@!?'), maxLength: 24 });
  fc.assert(
    fc.property(fc.constantFrom(...expressions), text, ({ source, flags }, given) => {
      const real = [...given.matchAll(new RegExp(source, flags.includes('g') ? flags : `${flags}g`))];
      const counted = new CountedRegex(source, flags).matches(given);
      const spans = real.map((match): [number, number] => [match.index, match.index + match[0].length]);
      assert.deepEqual(
        counted.filter(([start, end]) => end > start),
        spans.filter(([start, end]) => end > start),
      );
    }),
    { numRuns: 4_000 },
  );
});
