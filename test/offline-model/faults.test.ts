/** The fault switch: every fault really happens, in the order that seed and content give, and no more often than allowed. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseFaults } from '../../offline-model/faults/fault-spec.ts';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { type Completion, complete, converse, instructions, openModel, post, tools } from './scene.ts';

const ask = (content: string) => ({ model: 'm', messages: [{ role: 'user', content }] });
const send = (url: string, body: object = ask('Hello')) => post(`${url}/chat/completions`, body);
const statuses = async (url: string, times: number): Promise<number[]> => {
  const seen: number[] = [];
  for (let at = 0; at < times; at += 1) seen.push((await send(url)).status);
  return seen;
};

test('a specification that cannot be read is refused with the part that is wrong', () => {
  for (const [text, part] of [
    ['florp=0.1', /florp/],
    ['429=2', /429=2/],
    ['seed=7;garbage', /garbage/],
    ['latency=9-3', /latency=9-3/],
    ['weak=often', /weak=often/],
    ['status=200:1', /status=200:1/],
    ['429=0.7;500=0.7', /more than 1/],
  ] as const) {
    assert.throws(() => parseFaults(text), part);
  }
  const spec = parseFaults('seed=7;429=0.3,retry-after=1;500=0.1;latency=200-800;weak=1;max-in-a-row=3;status=401:0.2');
  assert.deepEqual(
    spec.chances.map(({ fault, probability }) => [fault.kind === 'status' && fault.status, probability]),
    [
      [429, 0.3],
      [500, 0.1],
      [401, 0.2],
    ],
  );
});

test('a 429 carries Retry-After and OpenAI error codes; a spent quota carries its own', async (t) => {
  const busy = await send(await openModel(t, { faults: '429=1,retry-after=2' }));
  assert.equal(busy.status, 429);
  assert.equal(busy.headers.get('retry-after'), '2');
  const spent = await send(await openModel(t, { faults: 'quota=1,retry-after=2' }));
  assert.equal(spent.status, 429);
  assert.equal(spent.headers.get('retry-after'), null);
  const { error } = (await spent.json()) as { error: { code: string } };
  assert.equal(error.code, 'insufficient_quota');
  assert.equal((await send(await openModel(t, { faults: 'status=401:1.0' }))).status, 401);
});

test('faults are the same for the same seed whatever was asked before, and others for another seed', async (t) => {
  const faults = '500=0.5;seed=3';
  const first = await statuses(await openModel(t, { faults }), 12);
  const url = await openModel(t, { faults });
  await send(url, ask('Something else'));
  assert.deepEqual(await statuses(url, 12), first);
  assert.ok(first.includes(500) && first.includes(200));
  assert.notDeepEqual(await statuses(await openModel(t, { faults: '500=0.5;seed=4' }), 12), first);
});

test('no more faults in a row than allowed hit the same request', async (t) => {
  const url = await openModel(t, { faults: '500=1;max-in-a-row=2' });
  assert.deepEqual(await statuses(url, 6), [500, 500, 200, 500, 500, 200]);
});

test('a disconnect gives no status, a cut reply announces more than it sends', async (t) => {
  await assert.rejects(send(await openModel(t, { faults: 'disconnect=1' })));
  const cut = await send(await openModel(t, { faults: 'cut=1' }));
  assert.equal(cut.status, 200);
  await assert.rejects(cut.text());
});

test('half a reply, streamed too: cut, ended as if it were whole, or stalled until the client leaves', async (t) => {
  const streamed = { ...ask('Hello'), stream: true };
  const cut = await send(await openModel(t, { faults: 'cut=1' }), streamed);
  await assert.rejects(cut.text());
  const truncated = await openModel(t, { faults: 'truncate=1' });
  const stream = await (await send(truncated, streamed)).text();
  assert.match(stream, /^(data: \{.*\}\n\n)+$/);
  assert.doesNotMatch(stream, /"finish_reason":"|\[DONE\]/);
  const json = await (await send(truncated)).text();
  assert.throws(() => JSON.parse(json));
  const gone = new AbortController();
  const url = `${await openModel(t, { faults: 'stall=1' })}/chat/completions`;
  const stalled = await post(url, streamed, { signal: gone.signal });
  const reader = stalled.body?.getReader();
  assert.match(Buffer.from((await reader?.read())?.value ?? []).toString(), /^data: \{/);
  gone.abort();
  await assert.rejects(async () => reader?.read());
});

for (const [faults, named] of [
  ['hang=1', 'hang'],
  ['latency=600000', null],
] as const) {
  test(`with ${faults} a request ends when the client goes away, and the log says so`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'offline-model-'));
    t.after(() => rm(folder, { recursive: true }));
    const log = join(folder, 'log.jsonl');
    const model = await startOfflineModel({ faults, log });
    t.after(() => model.close());
    const entries = async (atLeast: number): Promise<Record<string, unknown>[]> => {
      for (;;) {
        const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
        if (lines.length >= atLeast) return lines.map((line) => JSON.parse(line));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const gone = new AbortController();
    const pending = post(`${model.url}/chat/completions`, ask('Hello'), { signal: gone.signal });
    assert.equal((await entries(1))[0]?.event, 'request');
    gone.abort();
    await assert.rejects(pending);
    const left = (await entries(2))[1];
    assert.deepEqual([left?.event, left?.status, left?.fault], ['gone', null, named]);
  });
}

test('garbage, malformed JSON and wrong tools come as well-formed completions', async (t) => {
  const messages = [
    { role: 'system', content: instructions },
    { role: 'user', content: '<question>How does a lantern dim?</question>' },
  ];
  const answerNow = { messages, tools, tool_choice: 'none' };
  const garbage = await complete(await openModel(t, { faults: 'garbage=1' }), answerNow);
  assert.throws(() => JSON.parse(garbage.choices[0].message.content ?? ''));
  const malformed = await complete(await openModel(t, { faults: 'malformed-json=1' }), answerNow);
  assert.match(malformed.choices[0].message.content ?? '', /^\{"answer"/);
  assert.throws(() => JSON.parse(malformed.choices[0].message.content ?? ''));
  const wrong = await complete(await openModel(t, { faults: 'wrong-tool=1' }), { messages, tools });
  const called = wrong.choices[0].message.tool_calls?.[0]?.function.name;
  assert.ok(called !== undefined && !tools.some((tool) => tool.function.name === called), `it called ${called}`);
});

test('spoiled replies end: a conversation with enough complaints is answered, with the same draft as without faults', async (t) => {
  const url = await openModel(t, { faults: 'garbage=1;max-in-a-row=3' });
  const { messages, draft } = await converse(await openModel(t), 'After how many seconds does a lantern dim?');
  const complaint = { role: 'user', content: '<problem>\nno JSON object\n</problem>\nReply again.' };
  const body = { messages: [...messages, complaint, complaint], tools, tool_choice: 'none' };
  const reply: Completion = await complete(url, body);
  assert.deepEqual(JSON.parse(reply.choices[0].message.content ?? ''), draft);
});

test('the first drafts are weak until a review is seen, or always', async (t) => {
  const question = 'After how many seconds does a lantern dim?';
  const url = await openModel(t, { faults: 'weak=1' });
  const first = await converse(url, question);
  assert.deepEqual([first.draft.citations.length, first.draft.insufficient], [0, false]);
  const review = `<earlier_draft>${first.draft.answer}</earlier_draft>\n<review>\n- It cites nothing.\n</review>`;
  assert.ok((await converse(url, question, review)).draft.citations.length > 0);
  const twice = await openModel(t, { faults: 'weak=2' });
  const second = await converse(twice, question, review);
  assert.equal(second.draft.citations.length, 0);
  const again = `<earlier_draft>${second.draft.answer}</earlier_draft>\n<review>\n- It cites nothing.\n</review>`;
  assert.ok((await converse(twice, question, again)).draft.citations.length > 0);
  assert.equal(
    (await converse(await openModel(t, { faults: 'weak=always' }), question, again)).draft.citations.length,
    0,
  );
});

test('faults are shown and changed while the server runs, from this machine only', async (t) => {
  const url = await openModel(t);
  const faults = new URL('/faults', url).href;
  assert.equal((await send(url)).status, 200);
  assert.equal((await post(faults, { spec: '500=1' })).status, 200);
  assert.equal((await send(url)).status, 500);
  assert.equal(((await (await fetch(faults)).json()) as { spec: string }).spec, '500=1');
  const refused = await post(faults, { spec: 'florp=1' });
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /florp/);
  const foreign = await post(faults, { spec: '' }, { headers: { origin: 'http://elsewhere.example' } });
  assert.equal(foreign.status, 403);
  assert.equal((await send(url)).status, 500);
});

test('a conversation in which tools that do not exist were called ends with the same draft', async (t) => {
  const question = 'After how many seconds does a lantern dim?';
  const good = await converse(await openModel(t), question);
  const spoiled = await converse(await openModel(t, { faults: 'wrong-tool=1;max-in-a-row=2' }), question);
  assert.ok(spoiled.calls.length > good.calls.length);
  assert.deepEqual(spoiled.draft, good.draft);
});
