/** `switchyard chat` against a server: from a pipe, and on a terminal, where it streams and asks as `ask` does. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRating } from '../../../application/feedback/ratings.ts';
import { beginChat } from '../../../client/chat/run-chat.ts';
import type { ChatSession } from '../../../client/chat/chat-session.ts';
import { sessionOf } from '../../application/session.ts';
import type { Scene } from '../../support/scene.ts';
import { sceneOfFile } from '../../support/scene-of-file.ts';
import { goodDraft, says } from '../../support/team.ts';
import { runSwitchyard } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { noTerminal, onTerminal } from './on-terminal.ts';

const file = sceneOfFile();
const question = 'When does boil() throw?';

const settingsOf = ({ dataDirectory, taskQueue, address, config: { model } }: Scene) => ({
  SWITCHYARD_HOME: dataDirectory,
  SWITCHYARD_TASK_QUEUE: taskQueue,
  TEMPORAL_ADDRESS: address,
  SWITCHYARD_MODEL: 'test-model',
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: model.baseUrl ?? '',
});
const chatAbout = ({ dataDirectory }: Scene, ...more: string[]) => [
  ...['chat', '--repo', join(dataDirectory, 'repository')],
  ...more,
];

test('from a pipe stdout has answers alone, each command works, and the last mistake is the exit code', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { scene } = file;
  const entries = [question, '/sources', '/rate bad it cites the\tline', '/fork', 'And why?', '/fork 1', '/turns'];
  const { code, stdout, stderr } = await runSwitchyard(chatAbout(scene, '--thread', 'boilers'), {
    env: settingsOf(scene),
    input: [...entries, '/pipeline single-agent', '/rate', '/exit', 'never asked'].join('\n'),
  });
  assert.equal(code, 2, stderr);
  assert.ok(!(stdout + stderr).includes('\u001b'));
  assert.equal(stdout.split(goodDraft.answer).length, 3, stdout);
  assert.match(stdout, /lib\/kettle\.js:2\S* \(verified\)\n {4}throw new Error\("KETTLE_EMPTY"\)/);
  assert.match(stdout, /\n1 \* +- +answered +When does boil\(\) throw\?\n1b +- +answered +And why\?\n/);
  assert.match(stderr, /the next question begins this thread anew\n[\s\S]*goes on from turn 1: When does boil/);
  assert.match(stderr, /pipeline: single-agent\nsay whether it was good or bad: \/rate good/);
  const [, rated = ''] = /(thread\.boilers\.\S+) is rated bad\n/.exec(stdout) ?? [];
  const { runId } = await scene.client.workflow.getHandle(rated).describe();
  assert.equal((await readRating(scene.config, runId))?.note, 'it cites the\tline');
});

test('for programs a chat prints one object for each entry; where it goes on with a thread, its turns are listed once', async () => {
  file.play({ specialist: () => says(goodDraft) });
  const { scene } = file;
  const { code, stdout, stderr } = await runInProcess(chatAbout(scene, '--thread', 'listed-once', '--json'), {
    env: settingsOf(scene),
    input: [question, '/sources', '/rate good', '/turns', 'And why?'].join('\n'),
  });
  assert.equal(code, 0, stderr);
  const [turn, sources, rating, turns] = stdout.split('\n').map((line) => JSON.parse(line || 'null'));
  assert.deepEqual([turn.final_answer, sources], [goodDraft.answer, turn]);
  assert.deepEqual([rating.rating, rating.workflow_id], ['good', turn.workflow_id]);
  assert.deepEqual([turns[0].id, turns[0].label], [turn.workflow_id, '1']);

  await using session = await sessionOf(scene);
  let lists = 0;
  const { workflow } = session.client;
  const list = workflow.list.bind(workflow);
  workflow.list = (options) => {
    lists += 1;
    return list(options);
  };
  const opened = { settings: scene.config, opened: async () => session } as unknown as ChatSession;
  const options = {
    thread: 'listed-once',
    repo: '.',
    pipeline: 'orchestrated',
    memory: true,
    json: false,
    stream: true,
  };
  const { chat, questions } = await beginChat(opened, options);
  assert.deepEqual(questions, [question, 'And why?']);
  assert.match(chat.last ?? '', /^thread\.listed-once\./);
  assert.equal(lists, 1);
});

test('on a terminal a chat asks what its turns ask people, and goes on after Ctrl-D', {
  skip: noTerminal,
}, async () => {
  file.play({ specialist: () => says(goodDraft) });
  await using terminal = onTerminal(chatAbout(file.scene, '--decisions', 'draft'), settingsOf(file.scene));
  await terminal.shows(/\n> /);
  terminal.type(`${question}\r`);
  await terminal.shows(/may this answer go out\?[\s\S]*draft-1 \(approve, edit, send-back, reject\): /);
  terminal.type('tea\r');
  await terminal.shows(/"tea" is none of them[\s\S]*draft-1 \(approve/);
  terminal.type('approve\r');
  await terminal.shows(/draft-1: approve[\s\S]*boil throws KETTLE_EMPTY[\s\S]*> /);
  terminal.type('Why is that?\r');
  await terminal.shows(/draft-1 \(approve/);
  terminal.type('\u0004');
  await terminal.shows(/draft-1 is left open: switchyard runs decide thread\.\S+ draft-1 approve\|edit/);
  // Ctrl-C cancels the turn, and nothing more is said of what it asked.
  terminal.type('\u0003');
  await terminal.shows(/cancelling thread\.[\s\S]*> /);
  terminal.type('/exit\r');
  assert.equal(await terminal.ended, 1, terminal.screen());
  assert.doesNotMatch(terminal.screen(), /decided elsewhere/);
});

for (const stream of [true, false])
  test(`on a terminal drafts are ${stream ? '' : 'not '}shown while they are written`, {
    skip: noTerminal,
  }, async () => {
    file.play({
      specialist: () => says(goodDraft),
      // While it is judged, it is still shown.
      judge: () => ({ ...says({ accepted: true, reasons: [] }), delayMs: 1_000 }),
    });
    const given = chatAbout(file.scene, ...(stream ? [] : ['--no-stream']));
    await using terminal = onTerminal(given, settingsOf(file.scene));
    await terminal.shows(/\n> /);
    terminal.type(`${question}\r`);
    await terminal.shows(/KETTLE_EMPTY[\s\S]*model calls[\s\S]*> /);
    terminal.type('/exit\r');
    assert.equal(await terminal.ended, 0, terminal.screen());
    assert.equal(/draft code 1\/\d/.test(terminal.screen()), stream, terminal.screen());
  });
