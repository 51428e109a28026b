/** What the offline model makes of a request: calls that fit, citations that hold, an honest no where nothing supports a yes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complete, converse, draftFrom, files, instructions, openModel, question, tools } from './scene.ts';

const evidence = (path: string, from: number, to: number): string =>
  [
    `@@ ${path}:${from}-${to}`,
    ...(files[path] ?? []).slice(from - 1, to).map((line, at) => `${from + at}| ${line}`),
  ].join('\n');

test('a question is searched for in code and in documentation, and the names in it are looked up', async (t) => {
  const { calls } = await converse(await openModel(t), 'What does scheduleDimming() do when a lantern moves?');
  const names = calls.map((call) => call.name);
  for (const name of ['search_code', 'search_docs', 'find_symbol']) assert.ok(names.includes(name), `no ${name}`);
  assert.match(calls.find((call) => call.name === 'find_symbol')?.arguments ?? '', /scheduleDimming/);
  const texts = calls.map((call) => `${call.name} ${call.arguments}`);
  assert.equal(new Set(texts).size, texts.length, 'a call was made twice');
});

test('only tools that are offered are called', async (t) => {
  const offered = tools.slice(1, 2);
  const request = { messages: [question('After how many seconds does a lantern dim?')], tools: offered };
  const [{ message }] = (await complete(await openModel(t), request)).choices;
  assert.deepEqual(
    (message.tool_calls ?? []).map((call) => call.function.name),
    ['search_docs'],
  );
});

test('an unknown tool is called with text for what it requires; a demanded one always', async (t) => {
  const url = await openModel(t);
  const properties = { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } };
  const parameters = { type: 'object', properties, required: ['city', 'days'] };
  const weather = { type: 'function', function: { name: 'forecast', description: 'Tells the weather', parameters } };
  const messages = [{ role: 'user', content: 'Rain in Oslo?' }];
  const choice = { type: 'function', function: { name: 'forecast' } };
  const [{ message }] = (await complete(url, { messages, tools: [weather], tool_choice: choice })).choices;
  const given = JSON.parse(message.tool_calls?.[0]?.function.arguments ?? '{}');
  assert.equal(typeof given.city, 'string');
  assert.equal(given.days, 1);
  const echoParameters = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
  const echo = {
    type: 'function',
    function: { name: 'echo', description: 'Says it again', parameters: echoParameters },
  };
  const free = (await complete(url, { messages, tools: [echo] })).choices[0].message;
  assert.match(free.tool_calls?.[0]?.function.arguments ?? '', /Oslo/);
});

test('an answer quotes lines exactly as the tools showed them', async (t) => {
  const { draft } = await converse(await openModel(t), 'After how many seconds without movement does a lantern dim?');
  assert.equal(draft.insufficient, false);
  assert.ok(draft.citations.length > 0 && draft.confidence >= 0.5);
  for (const { path, first_line, last_line, quote } of draft.citations) {
    const cited = files[path]?.slice(first_line - 1, last_line) ?? [];
    assert.ok(
      cited.some((line) => line.includes(quote)),
      `${path}:${first_line}-${last_line} does not hold "${quote}"`,
    );
    assert.ok(draft.answer.includes(`\`${path}\` line`));
  }
  assert.match(draft.answer, /ninety seconds/);
});

test("names of the asker's own code and files are examples, and their absence settles nothing", async (t) => {
  const url = await openModel(t);
  const asked = 'After how many seconds without movement does a lantern dim';
  for (const text of [
    `${asked} to spare its battery, with dimAfterSeconds set by getMyDelay()?`,
    `${asked}? It does in 20230114_add_lantern_rows.js here.`,
    `${asked}?\n    at LanternTable.openRow (/srv/app/lantern_table.js:51:20)`,
  ]) {
    const { draft } = await converse(url, text);
    assert.equal(draft.insufficient, false, text);
    assert.match(draft.answer, /docs\/lanterns\.md/);
  }
});

test('a sentence that runs over several lines is shown whole, and cited with all of its lines', async (t) => {
  const wrapped = [
    '# Wicks',
    '',
    'Trim it. The wick of every lantern is trimmed',
    'each morning before the lamps are lit.',
  ];
  const asked = 'When is the wick of a lantern trimmed?';
  const draft = await draftFrom(await openModel(t), asked, ['docs/wicks.md', ...wrapped]);
  assert.match(draft.answer, /The wick of every lantern is trimmed each morning before the lamps are lit\."/);
  assert.deepEqual([draft.citations[0]?.first_line, draft.citations[0]?.last_line], [3, 4]);
});

test('a question about the project as a whole is looked up in, and answered from, its own top files', async (t) => {
  const url = await openModel(t);
  const asked = 'Which runtime dependencies would this lantern package pull in?';
  const properties = { query: { type: 'string' }, path: { type: 'string' } };
  const parameters = { type: 'object', properties, required: ['query'] };
  const search = { type: 'function', function: { name: 'search_code', description: 'Searches code', parameters } };
  const [{ message }] = (await complete(url, { messages: [question(asked)], tools: [search] })).choices;
  const paths = (message.tool_calls ?? []).map((call) => JSON.parse(call.function.arguments).path);
  assert.ok(paths.includes('package.json'), `it looked in ${paths.join(', ')}`);
  const manifest = ['{', '  "name": "lantern",', '  "dependencies": {', '    "wick": "^1.0.0"', '  }', '}'];
  const aside = ['// A lantern would burn for long if its wick were pulled in.'];
  const draft = await draftFrom(url, asked, ['lib/wick.js', ...aside], ['package.json', ...manifest]);
  assert.equal(draft.citations[0]?.path, 'package.json');
  assert.match(draft.answer, /"wick": "\^1\.0\.0"/);
});

for (const [kind, text, missing] of [
  ['about something else', 'When is the payroll cut-off for contractors in Berlin?', 'payroll'],
  [
    'about something else in some words of its own',
    'Which vendor ships amber or green glass to Lisbon, and at what price?',
    'Lisbon',
  ],
  [
    'about itself, but for an option that it lacks',
    'After ninety seconds without movement a lantern dims to spare its battery: does dimCurve change the delay?',
    'dimCurve',
  ],
] as const) {
  test(`a question ${kind} is answered with what was not found, and without citations`, async (t) => {
    const { draft } = await converse(await openModel(t), text);
    assert.equal(draft.insufficient, true);
    assert.deepEqual(draft.citations, []);
    assert.match(draft.answer, new RegExp(missing));
    assert.ok(draft.gaps.some((gap) => gap.includes(missing)));
  });
}

test('when tools may not be called any more, the answer comes from what there is', async (t) => {
  const url = await openModel(t);
  const messages = [{ role: 'system', content: instructions }, question('How does a lantern dim?')];
  const [{ message }] = (await complete(url, { messages, tools, tool_choice: 'none' })).choices;
  assert.equal(message.tool_calls, undefined);
  assert.equal(JSON.parse(message.content ?? '').insufficient, true);
});

const verdictFormat = {
  type: 'json_schema',
  json_schema: {
    name: 'verdict',
    schema: { type: 'object', properties: { accepted: { type: 'boolean' }, reasons: { type: 'array' } } },
  },
};

async function judge(url: string, draft: string, shown: string) {
  const text = `<draft>\n${draft}\n</draft>\n<evidence>\n${shown}\n</evidence>`;
  const messages = [question('After how many seconds without movement does a lantern dim?', text)];
  const reply = await complete(url, { messages, response_format: verdictFormat });
  return JSON.parse(reply.choices[0].message.content ?? '') as { accepted: boolean; reasons: string[] };
}

test('the judge accepts what the evidence covers and refuses, with reasons, what it does not', async (t) => {
  const url = await openModel(t);
  const shown = evidence('docs/lanterns.md', 3, 6);
  assert.deepEqual(await judge(url, 'A lantern dims after ninety seconds without movement.', shown), {
    accepted: true,
    reasons: [],
  });
  for (const [draft, place] of [
    ['A lantern dims after ninety seconds.', ''],
    ['Elephants inherit marmalade from Swiss governors on Tuesdays.', shown],
    ['It is green.', evidence('docs/lanterns.md', 10, 10)],
    ['The repository does not hold the answer.', shown],
  ] as const) {
    const verdict = await judge(url, draft, place);
    assert.equal(verdict.accepted, false, draft);
    assert.ok((verdict.reasons[0]?.length ?? 0) > 20);
  }
});

test('the judge accepts that a question was not read', async (t) => {
  const draft = 'The question seems to be in German, and the offline model reads English only: ask in English.';
  assert.equal((await judge(await openModel(t), draft, '')).accepted, true);
});

test('the judge accepts an honest no where the evidence holds nothing', async (t) => {
  const verdict = await judge(await openModel(t), 'The repository does not hold enough to answer this.', '');
  assert.equal(verdict.accepted, true);
});

const synthesisFormat = {
  type: 'json_schema',
  json_schema: {
    name: 'synthesis',
    schema: { type: 'object', properties: { answer: { type: 'string' }, superseded: { type: 'array' } } },
  },
};

const draftBlock = (
  specialist: string,
  confidence: number,
  answer: string,
  path: string | null,
  line: number,
): string => {
  const quote = path === null ? '' : (files[path]?.[line - 1] ?? '');
  const citations = path === null ? [] : [{ path, first_line: line, last_line: line, quote }];
  const head = `<draft specialist="${specialist}" confidence="${confidence}">`;
  return `${head}\n${answer}\n<citations>\n${JSON.stringify(citations)}\n</citations>\n</draft>`;
};

async function merge(url: string, ...drafts: string[]) {
  const messages = [
    { role: 'system', content: 'Reply with {"answer": "", "citations": [], "superseded": []}' },
    question('After how many seconds does a lantern dim, and which colours has its glass?', drafts.join('\n')),
  ];
  const reply = await complete(url, { messages, response_format: synthesisFormat });
  return JSON.parse(reply.choices[0].message.content ?? '');
}

test('a merge leads with the best supported draft, adds what it lacks, and names what it supersedes', async (t) => {
  const dims = draftBlock('docs', 0.9, 'It dims after ninety seconds.', 'docs/lanterns.md', 5);
  const glass = draftBlock('code', 0.6, 'The colours of the glass are amber, green or clear.', 'docs/lanterns.md', 10);
  const again = draftBlock('debug', 0.3, 'It dims after ninety seconds.', 'docs/lanterns.md', 5);
  const nothing = draftBlock('general', 0.1, 'Nothing was found.', null, 0);
  const merged = await merge(await openModel(t), nothing, again, glass, dims);
  assert.match(merged.answer, /^1\. It dims after ninety seconds\.\n2\. The colours/);
  assert.deepEqual(
    merged.citations.map((citation: { first_line: number }) => citation.first_line),
    [5, 10],
  );
  assert.equal(merged.insufficient, false);
  assert.deepEqual(
    merged.superseded.map((one: { specialist: string }) => one.specialist),
    ['debug', 'general'],
  );
});

test('a merge of drafts that all found nothing is insufficient and cites nothing', async (t) => {
  const none = ['code', 'docs'].map((name) => draftBlock(name, 0.1, 'Nothing was found.', null, 0));
  const merged = await merge(await openModel(t), ...none);
  assert.equal(merged.insufficient, true);
  assert.deepEqual(merged.citations, []);
  assert.ok(merged.gaps.length > 0);
});

test('a schema that nobody foresaw is filled with a value that fits it', async (t) => {
  const schema = {
    type: 'object',
    properties: {
      title: { type: 'string', maxLength: 10 },
      score: { type: 'integer', minimum: 3 },
      tags: { type: 'array', items: { $ref: '#/$defs/tag' }, minItems: 2 },
      note: { type: 'string' },
    },
    required: ['title', 'score', 'tags'],
    $defs: { tag: { enum: ['red', 'blue'] } },
  };
  const format = { type: 'json_schema', json_schema: { name: 'card', schema } };
  const request = { messages: [{ role: 'user', content: 'Make a card of it' }], response_format: format };
  const reply = await complete(await openModel(t), request);
  assert.deepEqual(JSON.parse(reply.choices[0].message.content ?? ''), {
    title: 'Make a car',
    score: 3,
    tags: ['red', 'red'],
  });
  const object = await complete(await openModel(t), { ...request, response_format: { type: 'json_object' } });
  assert.equal(typeof JSON.parse(object.choices[0].message.content ?? ''), 'object');
});

test('text in a question is never an instruction, and a hostile one is read in bounded time', async (t) => {
  const url = await openModel(t);
  const hostile = `${'<question>'.repeat(400)}${'a_b.c(('.repeat(2000)}${'"'.repeat(999)} <routes ${'-'.repeat(2000)}`;
  const messages = [{ role: 'system', content: instructions }, question(hostile)];
  const reply = await complete(url, { messages, tools });
  assert.equal(reply.model, 'switchyard-offline');
});
