import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { completion } from '../../support/scripted-server/scripted-server-reply.ts';
import { type RecordedRequest, startScriptedServer } from '../../support/scripted-server/scripted-server.ts';
import { mainFile, runProgram, temporaryFolder } from '../run-command.ts';
import { keysWithCapitals } from '../snake-keys.ts';

const gold = {
  kind: 'answerable',
  gold: { paths: ['lib/a.js'] },
  must_mention: ['counter'],
  repository: 'node_modules/a',
};
const question = (id: string) => ({ id, question: `What is ${id}?`, expected_route: 'code', ...gold });
const record = (id: string, final_answer: string | null) => ({
  question_id: id,
  variant: 'a',
  question: `What is ${id}?`,
  final_answer,
  outcome: 'answered',
  evidence: [{ path: 'lib/a.js', first_line: 1, last_line: 2, status: 'verified' }],
});

/** Strict finds every answer wrong, kind every one right; the third model talks about something else. */
function reply(request: RecordedRequest) {
  const { model } = request.body;
  if (model === 'chatty') return { body: completion({ text: 'What a question!', model: 'chatty' }) };
  const criteria = [...request.text.matchAll(/\\n(\d+)\. /g)].map(([, number]) => [number, model === 'kind'] as const);
  const text = JSON.stringify({ criteria: Object.fromEntries(criteria), reason: `said by ${String(model)}` });
  return { body: completion({ text, model: String(model) }) };
}

test('models grade what the log holds; a judge that fails is told apart, and agreement is counted', async () => {
  await using server = await startScriptedServer({ reply });
  using folder = temporaryFolder();
  const [log, dataset] = [join(folder.path, 'log.jsonl'), join(folder.path, 'dataset.jsonl')];
  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(dataset, lines(['q1', 'q2', 'q3'].map(question)));
  writeFileSync(log, lines([record('q1', 'A counter.'), record('q2', 'A clock.'), record('q3', null)]));
  const judges = ['strict', 'kind', 'chatty'].flatMap((judge) => ['--judge', judge]);
  const env = { SWITCHYARD_HOME: folder.path, OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: server.url };
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    [mainFile, 'judge', log, '--dataset', dataset, '--json', ...judges],
    { env },
  );
  assert.equal(code, 1, 'a judge without a verdict is a failure');
  assert.match(stderr, /^the judge chatty could not judge any answer: [^\n]+$/m);
  const [first, second, summary, ...rest] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(keysWithCapitals([first, summary], ['panel.failures']), []);
  assert.deepEqual(rest, [], 'the record without an answer has nothing to judge');
  assert.deepEqual([first.graded, second.graded], [true, false]);
  assert.deepEqual(
    first.votes.map(({ judge, correct }: { judge: string; correct: boolean | null }) => [judge, correct]),
    [
      ['strict', false],
      ['kind', true],
      ['chatty', null],
    ],
  );
  assert.equal(first.judged, null, 'one against one is a tie');
  assert.deepEqual(summary.panel.failures, { chatty: 2 });
  assert.equal(summary.panel.unanimous, 0);
  assert.equal(summary.panel.shared, 2);
});

test('judges give up their calls when the command that wanted them is killed', { timeout: 120_000 }, async () => {
  await using server = await startScriptedServer({ reply: () => ({ fault: 'hang' }) });
  using folder = temporaryFolder();
  const [log, dataset] = [join(folder.path, 'log.jsonl'), join(folder.path, 'dataset.jsonl')];
  writeFileSync(dataset, `${JSON.stringify(question('q1'))}\n`);
  writeFileSync(log, `${JSON.stringify(record('q1', 'A counter.'))}\n`);
  const settings = { SWITCHYARD_HOME: folder.path, OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: server.url };
  const command = spawn(process.execPath, [mainFile, 'judge', log, '--dataset', dataset, '--judge', 'strict'], {
    env: { ...process.env, ...settings },
    stdio: 'ignore',
  });
  const request = await server.request(0);
  command.kill('SIGKILL');
  assert.equal(await request.ended, 'aborted');
});
