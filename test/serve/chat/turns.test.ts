/** Which run a chat request gets: the next turn, a branch, or the one that it has lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turnsOf } from '../../../application/threads/turns.ts';
import { goodDraft, says } from '../../support/team.ts';
import { until } from '../../support/until.ts';
import { answered, model, said, type ServedScene, servedSceneOfFile } from '../a-served-scene.ts';
import { key } from '../http/a-server.ts';

const file = servedSceneOfFile();

const threadOf = (run: string): string => run.split('.')[1] ?? '';

async function parentOf(chat: ServedScene, run: string): Promise<string | null> {
  const session = await chat.session.opened();
  const row = await until(async () => (await turnsOf(session, threadOf(run))).find(({ id }) => id === run) ?? null);
  return row.parent;
}

test('a conversation that is resent goes on from its last turn; an edit and a second try are branches', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { chat } = file;
  const { ana } = chat;
  const first = await answered(ana, said('When does boil() throw?'));
  const second = await answered(ana, said('When does boil() throw?', first.content, 'And what about `KETTLE_EMPTY`?'));
  assert.equal(threadOf(second.run), threadOf(first.run));
  assert.deepEqual([await parentOf(chat, first.run), await parentOf(chat, second.run)], [null, first.run]);
  const edited = await answered(ana, said('When does boil() throw?', first.content, 'Where is `KETTLE_EMPTY` thrown?'));
  assert.notEqual(edited.run, second.run);
  assert.equal(await parentOf(chat, edited.run), first.run);
  const again = await answered(ana, said('When does boil() throw?', first.content, 'And what about `KETTLE_EMPTY`?'));
  assert.equal(again.run, `${second.run}-2`, 'an answer that was received is asked anew');
  assert.equal(await parentOf(chat, again.run), first.run);
});

test('after a restart of the server the same threads go on', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { chat } = file;
  const first = await answered(chat.ana, said('When may boil() throw?'));
  const second = await answered(chat.ana, said('When may boil() throw?', first.content, 'Where is `boil` defined?'));
  await using other = await chat.start();
  const client = chat.clientFor(key, other.url);
  const third = await answered(
    client,
    said(
      'When may boil() throw?',
      first.content,
      'Where is `boil` defined?',
      second.content,
      'What does `boil` return?',
    ),
  );
  assert.equal(await parentOf(chat, third.run), second.run);
  const foreign = said('Hello!', 'I am another model.', 'When may boil() throw?', first.content, 'Where is `water`?');
  assert.equal(await parentOf(chat, (await answered(client, foreign)).run), null, 'turns of others are passed over');
});

test('the client’s own ids decide where there are some; callers never share a thread', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { chat } = file;
  const asked = said('Where does boil() throw?');
  const inChat = (id: string, message: string) => ({ 'x-openwebui-chat-id': id, 'x-openwebui-message-id': message });
  const one = await answered(chat.ana, asked, inChat('c1', 'm1'));
  const same = await answered(chat.ana, asked, inChat('c1', 'm1'));
  const anew = await answered(chat.ana, asked, inChat('c1', 'm2'));
  const other = await answered(chat.ana, asked, inChat('c2', 'm1'));
  const ben = await answered(chat.ben, asked, inChat('c1', 'm1'));
  assert.equal(same.run, one.run);
  assert.notEqual(anew.run, one.run);
  assert.equal(threadOf(anew.run), threadOf(one.run));
  assert.equal(new Set([one, other, ben].map(({ run }) => threadOf(run))).size, 3);
  const unfilled = await answered(chat.ana, asked, inChat('{{CHAT_ID}}', '{{MESSAGE_ID}}'));
  assert.ok(![one, other].map(({ run }) => threadOf(run)).includes(threadOf(unfilled.run)));
});

test('a connection that is dropped cancels nothing, and the same request joins its run', async () => {
  const answer = Promise.withResolvers<void>();
  file.play({ specialist: () => answer.promise.then(() => says(goodDraft)) });
  const { chat } = file;
  const body = { model, messages: said('Why does boil() throw?'), stream: true };
  const dropped = new AbortController();
  const first = await chat.post(body, {}, dropped.signal);
  const run = first.headers.get('x-switchyard-run');
  await until(async () => (file.asked.length >= 2 ? true : null));
  dropped.abort();
  await until(async () => chat.lines.find((line) => line.includes('"cut":true')) ?? null);
  const whole = chat.post({ ...body, stream: false });
  const second = await chat.post(body);
  answer.resolve();
  assert.match(await second.text(), /which was asked before/);
  const third = await whole;
  assert.equal(third.status, 200);
  assert.deepEqual(
    [second, third].map(({ headers }) => headers.get('x-switchyard-run')),
    [run, run],
  );
  assert.equal(file.asked.length, 2, 'nothing is asked twice');
});

test('one question from many at once is one run; a retry of the SDK is given what there was', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { chat } = file;
  const asked = said('How does boil() throw?');
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => answered(chat.ana, asked, { 'x-message-id': 'm' })),
  );
  assert.equal(new Set(answers.map(({ run }) => run)).size, 1);
  const first = await answered(chat.ben, asked);
  const retried = await answered(chat.ben, asked, { 'x-stainless-retry-count': '1' });
  assert.equal(retried.run, first.run);
  assert.equal(file.asked.length, 4, 'two runs of two calls');
});
