import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createCipher, type Encryption, type EncryptionKey, noEncryption } from '../../codecs/cipher.ts';
import { dataConverterOf } from '../../codecs/data-converter.ts';
import { EncryptionKeyUnknown } from '../../codecs/failures.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { fetchClearHistory } from '../../observability/clear-history.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { readTraceFile } from '../../observability/trace-sink.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { storedContent } from '../../retrieval/store/content-sweep.ts';
import { pipeline, quickLimits, replayAtEachTask, type Scene, tracesToFiles } from '../support/scene.ts';
import { type SceneOfFile, sceneOfFile } from '../support/scene-of-file.ts';
import { calls, goodDraft, says, type Team } from '../support/team.ts';
import { until } from '../support/until.ts';
import { shareServer, startTestServer } from '../support/temporal.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';

replayAtEachTask();

const keyNamed = (id: string): EncryptionKey => ({ id, bytes: randomBytes(32) });
const key = keyNamed('first');
const encryption: Encryption = { keys: [key], compression: true };

/** Words that stand nowhere else. */
const words = {
  question: 'zyzzyvaquestion',
  answer: 'quokkaanswer',
  prompt: 'axolotlprompt',
  failure: 'narwhalfailure',
};
const secret = Object.values(words);
const question = `When does boil throw, ${words.question}?`;
const spec = pipeline({
  specialists: [
    { name: 'code', purpose: 'functions', prompt: `Answer ${words.prompt}.`, tools: ['search_code', 'read_lines'] },
    { name: 'docs', purpose: 'guides', prompt: 'Answer.', tools: ['search_docs'] },
  ],
});
const team: Partial<Team> = {
  specialist: ({ turn, user }) => {
    if (user.includes('refused')) return openAiError(400, `cannot ${words.failure}`);
    if (turn === 0) return calls(['search_code', { query: `${words.question} boil` }]);
    return says({ ...goodDraft, answer: `${words.answer}: boil throws KETTLE_EMPTY.` });
  },
};

/** With a memo and a summary, as `ask` gives them to a run. */
async function start({ client, taskQueue, dataDirectory }: Scene, asked: string): Promise<WorkflowHandle> {
  const repository = { kind: 'path', path: join(dataDirectory, 'repository') };
  const input = { question: asked, repository, forcedRoute: null, limits: quickLimits, pipeline: spec };
  const told = { memo: { question: asked }, staticSummary: asked, staticDetails: asked };
  return client.workflow.start('answerQuestion', { args: [input], taskQueue, workflowId: randomUUID(), ...told });
}

/** A question that has been answered in a scene, asked once for all tests. */
function askedOnce({ play, scene }: Pick<SceneOfFile, 'play'> & { scene: () => Scene }): () => Promise<WorkflowHandle> {
  let asked: Promise<WorkflowHandle> | undefined;
  const ask = async () => {
    play(team);
    const handle = await start(scene(), question);
    await handle.result();
    return handle;
  };
  return () => (asked ??= ask());
}

/** The files below a folder, but for the index and the repository, that hold one of these words as they are. */
function holding(folder: string, values: readonly string[]): string[] {
  return filesIn(folder)
    .filter((path) => values.some((value) => readFileSync(path).includes(value)))
    .map((path) => relative(folder, path));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/^(index|repository)\//.test(relative(folder, path)));
}

// A server of its own: who has no key cannot read what it lists.
const server = await startTestServer();
shareServer(server);
const withKeys = sceneOfFile({ traces: tracesToFiles, encryption });
const withoutKeys = sceneOfFile({ traces: tracesToFiles });
after(() => server[Symbol.asyncDispose]());
const encryptedRun = askedOnce({ play: withKeys.play, scene: () => withKeys.scene });
const clearRun = askedOnce({ play: withoutKeys.play, scene: () => withoutKeys.scene });

// The first test: after the others these words stand in the server's files.
test('no word of question, answer, prompt or failure stands in a file of the server or of the data directory', async () => {
  const handle = await encryptedRun();
  const { scene } = withKeys;
  const outcome = (await handle.result()) as AnswerOutcome;
  assert.equal(outcome.kind, 'answered');
  assert.match(outcome.state.final_answer ?? '', /quokkaanswer/);
  const refused = (await (await start(scene, `${question} refused`)).result()) as AnswerOutcome;
  assert.match(JSON.stringify(refused), /narwhalfailure/);
  const paths = dataPaths(scene.dataDirectory);
  const traces = await until(async () => {
    const files = existsSync(paths.traces) ? filesIn(paths.traces) : [];
    // One that is being written has another name yet.
    return files.length === 2 && files.every((file) => file.endsWith('.zst')) ? files : null;
  });

  assert.deepEqual(holding(scene.serverDirectory, secret), []);
  assert.deepEqual(holding(scene.dataDirectory, secret), []);
  const kept = filesIn(scene.dataDirectory).map((path) => relative(scene.dataDirectory, path));
  for (const place of [/^content\//, /^journal\//, /^traces\//])
    assert.ok(
      kept.some((path) => place.test(path)),
      `${place}: ${kept.join()}`,
    );

  // Whoever has the key sees all of it, in the server and on the disk.
  const { description, history } = await seen(scene.client, handle);
  assert.equal(description.memo?.question, question);
  assert.equal(await description.staticSummary(), question);
  const run = readRunHistory(JSON.parse(historyToJSON(history)));
  assert.match(JSON.stringify(run), /zyzzyvaquestion.*quokkaanswer/);
  const cipher = createCipher([key]);
  const told = await Promise.all(traces.map((file) => readTraceFile(file, cipher)));
  assert.match(told.join(), /narwhalfailure/);
  const ids = [...storedContent(paths.content)];
  const pieces = await Promise.all(ids.map((id) => createContentStore(paths.content, cipher).get(id)));
  assert.match(pieces.join(), /axolotlprompt/);
  const [id = ''] = ids;
  await assert.rejects(createContentStore(paths.content).get(id), EncryptionKeyUnknown);
});

async function seen(client: Client, { workflowId }: WorkflowHandle) {
  const handle = client.workflow.getHandle(workflowId);
  return { description: await handle.describe(), history: await fetchClearHistory(client, { workflowId }) };
}

test('a rotated key goes on with old runs, another key says which one is missing, and old runs in the clear stay readable', async () => {
  const [old, inTheClear] = [await encryptedRun(), await clearRun()];
  const { scene: encrypted } = withKeys;
  const readBy = (keys: readonly EncryptionKey[], handle: WorkflowHandle) => {
    const { connection } = encrypted.client;
    const client = new Client({ connection, ...dataConverterOf({ keys, compression: true }) });
    return { client, handle: client.workflow.getHandle(handle.workflowId) };
  };
  const second = keyNamed('second');
  for (const run of [old, inTheClear]) {
    const { client, handle } = readBy([second, key], run);
    assert.equal(((await handle.result()) as AnswerOutcome).kind, 'answered');
    const { history } = await seen(client, handle);
    assert.match(JSON.stringify(readRunHistory(JSON.parse(historyToJSON(history)))), /zyzzyvaquestion/);
  }
  const other = readBy([second], old);
  await assert.rejects(other.handle.result(), /key "first".*SWITCHYARD_ENCRYPTION_KEYS/);
  await assert.rejects(fetchClearHistory(other.client, old), EncryptionKeyUnknown);
  const none = new Client({ connection: encrypted.client.connection, ...dataConverterOf(noEncryption) });
  await assert.rejects(fetchClearHistory(none, old), EncryptionKeyUnknown);
});

test('every file and folder of a data directory is for its owner alone, without encryption too', async () => {
  await clearRun();
  const { scene } = withoutKeys;
  assert.notDeepEqual(holding(scene.serverDirectory, [words.question]), [], 'what is not encrypted would be found');
  const { traces } = dataPaths(scene.dataDirectory);
  await until(async () => (readdirSync(scene.dataDirectory).includes('traces') && filesIn(traces).length > 0) || null);
  const entries = readdirSync(scene.dataDirectory, { recursive: true, withFileTypes: true });
  const open = entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join(scene.dataDirectory, 'repository')))
    .filter((path) => (statSync(path).mode & 0o077) !== 0);
  assert.deepEqual(
    open.map((path) => relative(scene.dataDirectory, path)),
    [],
  );
});
