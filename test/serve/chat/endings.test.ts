/** What a chat client is told where a run has no answer, waits, or outlives its request. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRun } from '../../../application/runs/decide-run.ts';
import { goodDraft, inventedDraft, says, startTeam } from '../../support/team.ts';
import { until } from '../../support/until.ts';
import { answered, model, openServedScene, post, said, servedSceneOfFile } from '../a-served-scene.ts';

/** Of a pipeline that takes no draft again. */
const file = servedSceneOfFile({ spec: { gate: { retryLimit: 0 } } });

type Refused = { error: { message: string; type: string; code: string } };

const lastEvent = (text: string): Refused =>
  JSON.parse(text.trim().split('\n\n').at(-1)?.slice('data: '.length) ?? '') as Refused;

test('a model that refuses the key is no 401 of ours: a status, or an event of a stream, with the kind of failure', async () => {
  file.play({ router: () => ({ status: 401, body: { error: { message: 'bad key' } } }) });
  const { chat } = file;
  const body = { model, messages: said('When does boil() throw?') };
  const whole = await chat.post(body);
  const { error } = (await whole.json()) as Refused;
  assert.deepEqual([whole.status, error.code, error.type], [502, 'ModelKeyRejected', 'server_error']);
  assert.match(error.message, /OPENAI_API_KEY/);
  assert.match(whole.headers.get('x-switchyard-run') ?? '', /^thread\./);
  const stream = await (await chat.post({ ...body, stream: true })).text();
  assert.equal(lastEvent(stream).error.code, 'ModelKeyRejected');
  const events = await chat.ana.chat.completions.create({ ...body, stream: true });
  await assert.rejects(async () => {
    for await (const _ of events);
  }, /ModelKeyRejected|OPENAI_API_KEY/);
});

test('an ending that is no answer says so, with what there was', async () => {
  file.play({ specialist: () => says(inventedDraft) });
  const { chat } = file;
  const { content } = await answered(chat.ana, said('When may boil() throw?'));
  assert.match(content, /^\*retries-exhausted: no draft was good enough; this is the best one\./);
  assert.match(content, /boil whistles\./);
  assert.match(content, /\*\*Left open\*\*\n\n- the citation lib\/kettle\.js:40-41 could not be verified/);
});

/** What has come of a stream by the time that it says this; the connection is dropped then. */
async function readUntil(response: Response, words: RegExp): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (words.test(text)) break;
  }
  return text;
}

test('a run that waits for a person says how to decide; a request ends at its limit, and the run does not', async () => {
  await using team = await startTeam({ specialist: () => says(goodDraft) });
  const spec = { decisions: { draft: { policy: 'ask' } } };
  await using chat = await openServedScene({ team, spec });
  const body = { model, messages: said('When does boil() throw?') };
  const response = await chat.post({ ...body, stream: true });
  const run = response.headers.get('x-switchyard-run') ?? '';
  const asks = new RegExp(`switchyard runs decide ${run} draft-1 `);
  assert.match(await readUntil(response, asks), asks);
  await using hasty = await chat.start({ followMs: 500, beatMs: 100 });
  const stream = await (await post(hasty.url, { ...body, stream: true })).text();
  assert.match(stream, /: keep-alive\n\n/);
  assert.equal(lastEvent(stream).error.code, 'run_goes_on');
  assert.ok(lastEvent(stream).error.message.includes(run));
  const whole = await post(hasty.url, body);
  assert.deepEqual([whole.status, ((await whole.json()) as Refused).error.code], [504, 'run_goes_on']);
  const waited = chat.post(body);
  await decideRun(await chat.session.opened(), run, { requestId: 'draft-1', decision: 'approve', by: 'ana' });
  const answer = await waited;
  assert.deepEqual([answer.status, answer.headers.get('x-switchyard-run')], [200, run]);
});

test('a server that stops ends its streams with the run, which goes on', async () => {
  const answer = Promise.withResolvers<void>();
  file.play({ specialist: () => answer.promise.then(() => says(goodDraft)) });
  const { chat } = file;
  const body = { model, messages: said('Where does boil() throw?'), stream: true };
  const response = await chat.post(body);
  const run = response.headers.get('x-switchyard-run') ?? '';
  await until(async () => (file.asked.length >= 2 ? true : null));
  await chat.server.stop();
  const { error } = lastEvent(await response.text());
  assert.equal(error.code, 'server_stopping');
  assert.ok(error.message.includes(run));
  answer.resolve();
  const session = await chat.session.opened();
  const outcome = (await session.client.workflow.getHandle(run).result()) as { kind: string };
  assert.equal(outcome.kind, 'answered');
});
