/** Questions made by a worker: found, phrased by a scripted model, proved; and what a limit, a refusal and a continuation do. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { apart } from '../../contracts/evaluation/drop-counts.ts';
import { MadeQuestions, type MakeQuestionsInput } from '../../contracts/evaluation/question-making.ts';
import { openScene, quickLimits, type Scene } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { type ScriptedServer, startScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { says } from '../support/team.ts';

/** Comments so unlike each other that no two questions are one; a copy of each keeps a plain search from finding it at once. */
const comments = [
  'Returns how many litres remain in the vessel for late guests',
  'Checks whether steam may leave while nobody is watching the stove',
  'Measures the time until milk begins to rise over the rim',
  'Picks the cleanest cup among those that dry on the rack',
  'Sends a reminder to whoever forgot to pay for coffee beans',
  'Waits until the grinder is silent before anybody may speak',
];
const files = {
  'package.json': '{\n  "license": "MIT"\n}\n',
  ...Object.fromEntries(
    comments.flatMap((comment, at) => {
      const name = `kettle${'ABCDEF'[at]}${'ABCDEF'[at]}`;
      const told = `// ${comment}, number ${at + 10}.\n`;
      return [
        [`lib/part${at}.js`, `${told}export function ${name}() {\n  return ${at + 400};\n}\n`],
        [`lib/copy${at}.js`, `${told}\nexport const tellNothing${at} = ${at};\n`],
      ];
    }),
  ),
};

let model: ScriptedServer;
let scene: Scene;
/** What the model says, by the fact that it is to be asked for. */
let reply: (user: string, call: number) => ScriptedReply;
const asked: string[] = [];

before(async () => {
  model = await startScriptedServer({
    reply: (request) => {
      const user = (request.body.messages as { role: string; content: string }[])[1]?.content ?? '';
      asked.push(user);
      return reply(user, asked.length);
    },
  });
  scene = await openScene({ modelUrl: model.url, files });
});
after(async () => {
  await scene[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

function inputOf(more: Partial<MakeQuestionsInput> = {}): MakeQuestionsInput {
  const path = `${scene.dataDirectory}/repository`;
  return {
    repository: { kind: 'path', path },
    choice: { questions: 6, seed: 1, mix: { code: 1 }, unanswerable: 0, split: { dev: 1, test: 1 } },
    phrasing: { model: null, limit: null },
    limits: quickLimits,
    concurrency: 2,
    eventLimit: 1800,
    ...more,
  };
}

async function make(more: Partial<MakeQuestionsInput> = {}) {
  asked.length = 0;
  const workflowId = `make-${randomUUID()}`;
  const options = { args: [inputOf(more)], taskQueue: scene.taskQueue, workflowId };
  const handle = await scene.client.workflow.start('makeQuestions', options);
  const made = MadeQuestions.parse(await handle.result());
  return { made, workflowId };
}

/** A question of one's own for each, with the number that stands in the lines. */
const phrases = (user: string): ScriptedReply => {
  const [, value = ''] = /return (\d+)/.exec(user) ?? [];
  const [, guest = ''] = /number (\d+)/.exec(user) ?? [];
  const [, said = ''] = /Which function or method (.+?), number/.exec(user) ?? [];
  const question = `At visitor ${guest}: ${said.split(' ').slice(1).toReversed().join(' ')}, how much?`;
  return says({ usable: true, question, facts: [value], reference_answer: `At most ${value}.` });
};

test('a model phrases each candidate once, and code proves what it says', async () => {
  reply = phrases;
  const { made } = await make({ concurrency: 4 });
  assert.equal(made.cut, null);
  assert.equal(made.questions.length, 6, JSON.stringify([made.found, made.dropped, made.questions]));
  assert.deepEqual(new Set(made.questions.map(({ origin }) => origin?.phrased_by)), new Set(['test-model']));
  assert.equal(new Set(asked).size, asked.length);
  assert.equal(made.usage.modelCalls, asked.length);
  const [first] = made.questions;
  assert.match(first?.reference_answer ?? '', new RegExp(first?.must_mention[0]?.[0]?.text ?? 'nothing'));
  assert.match(first?.id ?? '', /^definition-[0-9a-f]{10}$/);
});

test('without a model the same candidates are asked as templates have them, under the same ids', async () => {
  reply = phrases;
  const byModel = await make();
  const { made } = await make({ phrasing: null });
  assert.equal(asked.length, 0);
  assert.deepEqual(new Set(made.questions.map(({ origin }) => origin?.phrased_by)), new Set(['template']));
  const ids = (questions: { id: string }[]) => questions.map(({ id }) => id).sort();
  assert.deepEqual(ids(made.questions), ids(byModel.made.questions));
});

test('a spent limit, a broken reply and an invented fact each fall back to the template, with the reason', async () => {
  reply = (user, call) => {
    if (call === 1) return says('no JSON at all');
    if (call === 2)
      return says({
        usable: true,
        question: 'How much is there for all the visitors?',
        facts: ['31415'],
        reference_answer: '',
      });
    return phrases(user);
  };
  const { made } = await make({ concurrency: 1, phrasing: { model: null, limit: { kind: 'tokens', most: 700 } } });
  assert.equal(made.questions.length, 6);
  assert.match(made.cut ?? '', /tokens/);
  const { refused } = apart(made.dropped);
  assert.equal(refused['the reply of the model holds no whole JSON object'], 1);
  assert.equal(refused['a fact that the model proposed does not stand in the lines'], 1);
  assert.ok(made.questions.some(({ origin }) => origin?.phrased_by === 'template'));
});

test('what a model declines is not asked while something else is left', async () => {
  const declined: string[] = [];
  reply = (user) => {
    if (declined.length >= 2) return phrases(user);
    declined.push(/number (\d+)/.exec(user)?.[1] ?? '');
    return says({ usable: false, question: '', facts: [], reference_answer: '' });
  };
  const choice = { questions: 4, seed: 1, mix: { code: 1 }, unanswerable: 0, split: { dev: 1, test: 1 } };
  const { made } = await make({ choice, concurrency: 1 });
  assert.equal(made.questions.length, 4);
  const isDeclined = (question: string) => declined.some((number) => question.includes(` ${number}`));
  assert.deepEqual(
    made.questions.filter(({ question }) => isDeclined(question)),
    [],
  );
  assert.deepEqual(apart(made.dropped).refused, { 'the model found no question in the lines': 2 });
  reply = phrases;
});

test('a busy provider costs nothing twice, and a long history goes on in a new run', async () => {
  let refused = 0;
  reply = (user, call) => {
    if (call % 3 !== 0 || refused >= 3) return phrases(user);
    refused += 1;
    return { ...openAiError(429, 'slow down'), headers: { 'retry-after': '1' } };
  };
  const { made, workflowId } = await make({ eventLimit: 45 });
  assert.equal(made.questions.length, 6);
  const answered = asked.length - refused;
  assert.equal(new Set(asked).size, answered);
  assert.equal(made.usage.modelCalls, answered);
  const runs: string[] = [];
  for await (const { runId } of scene.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.push(runId);
  assert.ok(runs.length >= 2, `${runs.length} runs`);
});
