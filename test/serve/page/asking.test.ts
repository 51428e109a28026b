/** From the form to the answer with its sources, its timeline and what can be done with it, over a real server and worker. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { says } from '../../support/team.ts';
import { pageOfFile } from './a-page.ts';

const file = pageOfFile();

test('a question becomes an answer whose sources, steps and places elsewhere can be opened', async () => {
  file.play();
  const { page } = file;
  const run = await page.ask({ question: 'What does boil do?' });
  const text = await page.ended(run);
  assert.match(text, /<h1>What does boil do\?<\/h1>/);
  assert.match(text, /boil throws KETTLE_EMPTY for less than a litre\./);
  assert.match(
    text,
    /<a href="\/runs\/[^"]+\/sources\/1"><code>lib\/kettle\.js:2<\/code><\/a> <span class="status fine">verified<\/span>/,
  );
  assert.match(text, /<dt>route<\/dt><dd>code/);

  const source = await page.get(`${run}/sources/1`);
  assert.match(source.text, /<span class="line cited" id="L2">.*throw new Error\(&quot;KETTLE_EMPTY&quot;\)/);
  assert.match(source.text, /<span class="line" id="L1">.*export function boil/);
  for (const none of ['0', '2', '1e0', '..%2f1', '-1'])
    assert.ok([400, 404].includes((await page.get(`${run}/sources/${none}`)).status), none);

  const timeline = await page.get(`${run}/timeline`);
  const steps = [...timeline.text.matchAll(/href="(\/runs\/[^"]+\/steps\/[^"]+)"/g)].map(([, href = '']) => href);
  assert.ok(steps.length >= 4, timeline.text);
  const shown = await Promise.all(steps.map(async (href) => (await page.get(`${href}?part=1`)).text));
  assert.ok(
    shown.some((part) => /<h3>Prompt<\/h3>.*What does boil do\?.*<h3>Reply<\/h3>/s.test(part)),
    shown.join('\n'),
  );
  assert.ok(
    shown.some((part) => part.includes('KETTLE_EMPTY') && part.includes('role">tool')),
    'the results of tools',
  );
  assert.doesNotMatch(shown.join(), /not held by the machine|<!doctype/);
  assert.equal((await page.get(`${run}/steps/none`)).status, 404);
});

test('a form that is sent twice starts one run, and one that is wrong comes back as it was', async () => {
  file.play();
  const { page } = file;
  const fields = { id: 'ask-000000000-0123456789', question: 'What does boil do?', repository: 'kettle' };
  const sent = await Promise.all([1, 2].map(() => page.post('/ask', { ...fields, pipeline: 'single-agent' })));
  assert.deepEqual(
    sent.map(({ status, location }) => [status, location]),
    [
      [303, '/runs/ask-000000000-0123456789'],
      [303, '/runs/ask-000000000-0123456789'],
    ],
  );
  const wrong = await page.post('/ask', {
    ...fields,
    question: 'a </textarea><script>',
    pipeline: 'none',
    decisions: 'draft',
  });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /role="alert">choose one of the pipelines/);
  assert.match(wrong.text, /a &lt;\/textarea&gt;&lt;script&gt;<\/textarea>/);
  assert.match(wrong.text, /value="draft" checked/);
  for (const [field, value] of [
    ['repository', '/etc'],
    ['id', 'thread.x.y'],
    ['question', ' '],
    ['decisions', 'all'],
  ] as const)
    assert.equal((await page.post('/ask', { ...fields, pipeline: 'single-agent', [field]: value })).status, 400, field);
});

test('an answer is rated, and a follow-up goes on from it in a thread', async () => {
  file.play();
  const { page } = file;
  const run = await page.ask({ question: 'What does boil do?', pipeline: 'single-agent' });
  await page.ended(run);
  assert.equal((await page.post(`${run}/rate`, { rating: 'good', note: 'yes <b>' })).status, 303);
  assert.match((await page.get(run)).text, /Rated good by ann: yes &lt;b&gt;/);
  assert.equal((await page.post(`${run}/rate`, { rating: 'fine' })).status, 400);

  const form = (await page.get(run)).text;
  const [, thread = ''] = /name="thread" value="([^"]+)"/.exec(form) ?? [];
  const after = decodeURIComponent(run.slice('/runs/'.length));
  const follow = { question: 'And when does it throw?', pipeline: 'single-agent', thread, after };
  const [one, other] = [await page.ask(follow), await page.ask(follow)];
  assert.match(await page.ended(one), new RegExp(`<a href="/threads/${thread}">${thread}</a>, turn 2`));
  await page.ended(other);
  const shown = (await page.get(`/threads/${thread}`)).text;
  assert.match(shown, /<ul class="branches">/);
  for (const label of ['2', '2b']) assert.match(shown, new RegExp(`class="label">${label}<`));
  assert.match((await page.get('/threads')).text, new RegExp(`/threads/${thread}`));
});

test('runs are found by words, pipeline and repository, and told by status', async () => {
  file.play();
  const { page } = file;
  const word = `w${Date.now()}`;
  const run = await page.ask({ question: `What does boil do? ${word}`, pipeline: 'single-agent' });
  await page.ended(run);
  const found = async (query: Record<string, string>) =>
    (await page.get(`/runs?${new URLSearchParams({ text: word.toUpperCase(), ...query })}`)).text.includes(
      `href="${run}"`,
    );
  assert.deepEqual(
    [
      await found({}),
      await found({ pipeline: 'single-agent', repository: 'repository', status: 'completed' }),
      await found({ pipeline: 'orchestrated' }),
      await found({ repository: "it's" }),
      await found({ status: 'failed' }),
      await found({ page: '2' }),
    ],
    [true, true, false, false, false, false],
  );
  assert.equal((await page.get('/runs?status=broken')).status, 400);
});

test('a run is cancelled by its button, and says what it is', async () => {
  const held = Promise.withResolvers<void>();
  const specialist = async () => {
    await held.promise;
    return says('too late');
  };
  file.play({ specialist });
  const { page } = file;
  const run = await page.ask({ question: 'What does boil do?' });
  assert.match((await page.get(run)).text, /Cancel the run/);
  assert.equal((await page.post(`${run}/cancel`, {})).status, 303);
  held.resolve();
  assert.match(await page.ended(run), /<span class="status bad">cancelled<\/span>/);
  const again = await page.post(`${run}/cancel`, {});
  assert.equal(again.status, 409);
  assert.match(again.text, /<h1>RunHasEnded<\/h1>.*has already ended/s);
});
