/** Which candidates are proved and chosen, and why the others are dropped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate, MadeQuestion, Phrasing, QuestionChoice } from '../../contracts/evaluation/question-making.ts';
import type { SearchRow } from '../../contracts/tools.ts';
import { chooseQuestions, splitByFile } from '../../question-maker/choose.ts';
import { readEvidence } from '../../question-maker/evidence.ts';
import { quotas } from '../../question-maker/find-candidates.ts';
import { leakOf } from '../../question-maker/leak.ts';
import { apart, refusedPhrasing } from '../../contracts/evaluation/drop-counts.ts';
import { dropReasons, type Evidence, prove } from '../../question-maker/prove.ts';

const texts: Record<string, string> = {
  'lib/cup.js': 'one\nfunction pourOut() {\n  return 9000;\n}\n',
};
const nothingFound: SearchRow[] = [];

function evidence(rows: SearchRow[] = nothingFound): Evidence {
  return {
    linesOf: (path) => texts[path]?.split('\n') ?? null,
    holds: (name) => Object.values(texts).some((text) => text.includes(name)),
    search: async () => rows,
  };
}

function aCandidate(more: Partial<Candidate> = {}): Candidate {
  return {
    id: 'definition-1',
    source: 'definition',
    route: 'code',
    kind: 'answerable',
    question: 'Which function empties a vessel?',
    places: [{ path: 'lib/cup.js', lines: [2, 4] }],
    facts: [[{ text: 'pourOut', match: 'code' }]],
    secrets: ['pourOut'],
    absent: [],
    reference: '`pourOut` does.',
    excerpt: 'function pourOut() {',
    ...more,
  };
}

const choice = (more: Partial<QuestionChoice> = {}): QuestionChoice => ({
  ...{ questions: 4, seed: 1, mix: { code: 1 }, unanswerable: 0, split: { dev: 1, test: 1 } },
  ...more,
});

async function whyDropped(candidate: Candidate, rows?: SearchRow[]) {
  const proof = await prove(candidate, evidence(rows));
  return proof.kind === 'dropped' ? proof.why : null;
}

test('what cannot be proved is dropped, with its reason', async () => {
  assert.equal(await whyDropped(aCandidate()), null);
  assert.equal(await whyDropped(aCandidate({ places: [{ path: 'gone.js', lines: [1, 1] }] })), dropReasons.file);
  assert.equal(await whyDropped(aCandidate({ places: [{ path: 'lib/cup.js', lines: [2, 90] }] })), dropReasons.file);
  assert.equal(await whyDropped(aCandidate({ places: [{ path: 'lib/cup.js', lines: [1, 1] }] })), dropReasons.fact);
  assert.equal(await whyDropped(aCandidate({ question: 'What does pourOut do?' })), dropReasons.leak);
  assert.equal(await whyDropped(aCandidate({ question: 'What is in lib/cup.js?' })), dropReasons.leak);
  assert.equal(await whyDropped(aCandidate({ question: 'Which one pours it out of the vessel?' })), dropReasons.leak);
});

test('a plain search finds it at once only where its first place is in the expected lines and far ahead', async () => {
  const row = (path: string, firstLine: number, score: number) => ({
    path,
    firstLine,
    lastLine: firstLine + 3,
    symbol: null,
    score,
  });
  assert.equal(await whyDropped(aCandidate(), [row('lib/cup.js', 1, 9), row('b.js', 1, 3)]), dropReasons.easy);
  assert.equal(await whyDropped(aCandidate(), [row('lib/cup.js', 1, 9), row('b.js', 1, 8)]), null);
  assert.equal(await whyDropped(aCandidate(), [row('lib/cup.js', 40, 9), row('b.js', 1, 3)]), null);
  const proof = await prove(aCandidate(), evidence([row('b.js', 1, 9), row('lib/cup.js', 1, 8)]));
  assert.equal(proof.kind === 'proved' && proof.question.origin?.search_rank, 2);
});

const phrased = (more: Partial<Phrasing> = {}): Phrasing => ({
  at: 0,
  question: 'How many millilitres does it cost when somebody empties the vessel?',
  facts: ['9000'],
  reference: '`pourOut` loses 9000.',
  model: 'm',
  ...more,
});
const ownFact = [{ text: 'pourOut', match: 'code' }];

async function askedWith(phrasing: Phrasing | null, candidate = aCandidate()) {
  const { questions, dropped } = await chooseQuestions([{ candidate, phrasing }], choice(), evidence());
  return { question: questions[0], dropped };
}

test('facts that a model proposes stand beside those of the candidate, and code proves them', async () => {
  const { question } = await askedWith(phrased());
  assert.equal(question?.question, phrased().question);
  assert.deepEqual(question?.must_mention, [ownFact, [{ text: '9000', match: 'words' }]]);
  assert.equal(question?.origin?.phrased_by, 'm');
  assert.equal(question?.reference_answer, phrased().reference);
  const invented = await askedWith(phrased({ facts: ['9001'] }));
  assert.equal(invented.question?.origin?.phrased_by, 'template');
  assert.deepEqual(invented.dropped, { [refusedPhrasing(dropReasons.proposed)]: 1 });
});

test('a fact of stop words, keywords or signs says nothing, and none replaces the wordings of the candidate', async () => {
  const own = [
    { text: 'pourOut', match: 'code' as const },
    { text: 'emptyIt', match: 'code' as const },
  ];
  const facts = ['function', 'return', 'one', '{', '() {'];
  const { question } = await askedWith(
    phrased({ facts }),
    aCandidate({ facts: [own], places: [{ path: 'lib/cup.js', lines: [1, 4] }] }),
  );
  assert.deepEqual(question?.must_mention, [own]);
  assert.equal(question?.origin?.phrased_by, 'm');
  const none = await askedWith(phrased({ facts: [] }));
  assert.deepEqual(none.question?.must_mention, [ownFact]);
  const again = await askedWith(phrased({ facts: ['function pourOut()'] }));
  assert.deepEqual(again.question?.must_mention, [ownFact]);
});

test('what the right answer of the model does not state is no fact; its answer is completed by what code knows', async () => {
  const { question } = await askedWith(phrased({ facts: ['9000'], reference: 'The function that empties it.' }));
  assert.deepEqual(question?.must_mention, [ownFact]);
  assert.equal(question?.reference_answer, '`pourOut` does.');
  const joined = await askedWith(phrased({ reference: 'It loses 9000.' }));
  assert.equal(joined.question?.reference_answer, 'It loses 9000. `pourOut` does.');
});

test('a phrasing that asks about something else is refused, and the template asks', async () => {
  const breakfast = 'What did the maintainers have for breakfast on the day of the release?';
  const by = async (question: string, candidate = aCandidate()) =>
    (await askedWith(phrased({ question, facts: [] }), candidate)).question?.origin?.phrased_by;
  assert.equal(await by(breakfast), 'template');
  assert.equal(await by('Who is it that empties a vessel?'), 'm');
  const called = aCandidate({ question: 'From which function does the code call `heatWater`?' });
  assert.equal(await by('From where in the code is the water heated by a call?', called), 'template');
  assert.equal(await by('Who needs `heatWater` at all?', called), 'm');
  const failed = aCandidate({ question: 'We get this error: "the cup has a hole in it". Which function raises it?' });
  assert.equal(await by('We get an error on a cup with a hole. Which function raises it?', failed), 'template');
  assert.equal(await by('Our log says “The cup has a hole in it”: who raises that?', failed), 'm');
});

test('a phrasing that is refused is counted apart from a candidate that is dropped', async () => {
  const leaking = phrased({ question: 'How much does pourOut cost when it empties the vessel?' });
  const kept = await askedWith(leaking);
  assert.deepEqual(
    [kept.question?.origin?.phrased_by, kept.dropped],
    ['template', { [refusedPhrasing(dropReasons.leak)]: 1 }],
  );
  const lost = await askedWith(leaking, aCandidate({ question: 'What does pourOut do?' }));
  assert.deepEqual(lost.dropped, { [refusedPhrasing(dropReasons.leak)]: 1, [dropReasons.leak]: 1 });
  assert.deepEqual(apart(lost.dropped), { dropped: { [dropReasons.leak]: 1 }, refused: { [dropReasons.leak]: 1 } });
});

/** As many files as questions, each with a definition of its own. */
const manyAt = (paths: readonly string[], more: Partial<Candidate> = {}) =>
  paths.map((path, at) => {
    const question = `Which function ${'pqrstuvwxyz'[at]} ${String.fromCodePoint(0x3b1 + at).repeat(4)}?`;
    texts[path] ??= 'one\nfunction pourOut() {\n  return 9000;\n}\n';
    const places: Candidate['places'] = [{ path, lines: [2, 4] }];
    return aCandidate({ id: `many-${path}-${at}`, source: 'call', question, places, ...more });
  });

test('what a model has declined is asked by its template only where nothing else is left', async () => {
  const [declined, ...others] = manyAt(['a.js', 'b.js', 'c.js']);
  const pool = [
    { candidate: declined as Candidate, phrasing: 'declined' as const },
    ...others.map((candidate) => ({ candidate, phrasing: null })),
  ];
  const ids = async (questions: number, tried = pool) =>
    (await chooseQuestions(tried, choice({ questions }), evidence())).questions.map(({ id }) => id);
  assert.deepEqual(await ids(2), ['many-b.js-1', 'many-c.js-2']);
  assert.deepEqual(await ids(3), ['many-b.js-1', 'many-c.js-2', 'many-a.js-0']);
  const [other] = manyAt(['d.js'], { route: 'docs' });
  // Another route comes before it, too.
  assert.deepEqual(await ids(3, [...pool, { candidate: other as Candidate, phrasing: null }]), [
    'many-b.js-1',
    'many-c.js-2',
    'many-d.js-0',
  ]);
  const { dropped } = await chooseQuestions(pool, choice({ questions: 2 }), evidence());
  assert.deepEqual(Object.values(dropped), [1]);
});

test('a file has more questions than its share only where the others do not suffice', async () => {
  const paths = [...Array<string>(8).fill('a.js'), 'b.js', 'c.js'];
  const countOf = async (questions: number) => {
    const pool = manyAt(paths).map((candidate) => ({ candidate, phrasing: null }));
    const made = await chooseQuestions(pool, choice({ questions }), evidence());
    const ofFile = made.questions.filter(({ gold }) => gold.paths.includes('a.js')).length;
    return [made.questions.length, ofFile, made.dropped[dropReasons.sameFile] ?? 0];
  };
  assert.deepEqual(await countOf(5), [5, 3, 5]);
  assert.deepEqual(await countOf(8), [8, 6, 2]);
  assert.deepEqual(await countOf(20), [10, 8, 0]);
});

test('what a question says to be absent is looked for in the whole snapshot, however it is written', async () => {
  async function* files() {
    yield { path: 'a.js', class: 'generated', text: 'const retry_limit = 2;', definitions: [] };
  }
  const absent = (name: string) =>
    aCandidate({ kind: 'unanswerable', source: 'absent', absent: [name], places: [], facts: [] });
  const pool = ['retryLimit', 'graphql'].map(absent);
  const read = await readEvidence(files(), pool);
  assert.deepEqual(['retryLimit', 'graphql', 'never asked'].map(read.holds), [true, false, true]);
});

test('no two alike, and each id once', async () => {
  const pool = [aCandidate(), aCandidate(), aCandidate({ id: 'x', question: 'Which function empties the vessel?' })];
  const { questions, dropped } = await chooseQuestions(
    pool.map((candidate) => ({ candidate, phrasing: null })),
    choice(),
    evidence(),
  );
  assert.equal(questions.length, 1);
  assert.deepEqual(dropped, { [dropReasons.duplicate]: 1 });
});

test('dev and test share no file, and both get their share', () => {
  const question = (id: string, ...paths: string[]) => ({ id, gold: { paths, lines: {} } }) as unknown as MadeQuestion;
  const all = [question('1', 'a', 'b'), question('2', 'b', 'c'), question('3', 'd'), question('4', 'e'), question('5')];
  const split = splitByFile(all, choice());
  assert.deepEqual(
    split.map(({ id }) => id),
    ['1', '2', '3', '4', '5'],
  );
  const filesOf = (name: string) => split.filter((one) => one.split === name).flatMap(({ gold }) => gold.paths);
  assert.deepEqual(
    filesOf('dev').filter((path) => filesOf('test').includes(path)),
    [],
  );
  assert.ok([2, 3].includes(split.filter((one) => one.split === 'dev').length));
});

test('quotas add up to the number of questions', () => {
  for (const questions of [1, 7, 40, 60, 499]) {
    const wanted = quotas(choice({ questions, mix: { code: 3, docs: 2, debug: 1.5, general: 1 }, unanswerable: 0.15 }));
    assert.equal(
      [...wanted.values()].reduce((sum, each) => sum + each, 0),
      questions,
    );
  }
});

test('the leak is the share of a name that the question has', () => {
  const leak = (question: string, secret: string) => leakOf({ question, paths: [], facts: [], secrets: [secret] });
  assert.equal(leak('What reads the options of a command?', 'readConfigFile'), 1 / 3);
  assert.equal(leak('What parsed the cookies?', 'parse_cookie'), 1);
  assert.equal(leak('What is it?', 'parse_cookie'), 0);
});
