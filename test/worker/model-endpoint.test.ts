import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { askModel } from '../../activities/agents/ask-model.ts';
import { readConfig } from '../../config/read-config.ts';
import { createSharedReplies } from '../../models/shared-replies.ts';
import { createEarlierRuns } from '../../models/earlier-runs.ts';
import { createFileJournal } from '../../models/journal.ts';
import { openPriceList } from '../../config/price-list.ts';
import { createContentStore } from '../../retrieval/store/content-store.ts';
import { modelByRole, openModel } from '../../worker/models/model-endpoint.ts';
import { activityContext } from '../support/activity-context.ts';
import { question } from '../models/chat-scene.ts';

/** What a worker with the built-in model asks with, and the replies that it wrote itself. */
async function worker(journal: string, faults: string) {
  const config = readConfig({ SWITCHYARD_OFFLINE_FAULTS: faults }, null, '/nowhere');
  const endpoint = await openModel(config);
  let asked = 0;
  const model: typeof endpoint.model = {
    chat: (...call) => {
      asked += 1;
      return endpoint.model.chat(...call);
    },
  };
  const deps = {
    model,
    endpoint: endpoint.identity,
    modelByRole: modelByRole(config),
    prices: await openPriceList(config.model),
    journal: createFileJournal(journal),
    earlierRuns: createEarlierRuns(createFileJournal(journal)),
    sharedReplies: createSharedReplies(createFileJournal(join(journal, 'replies'))),
    content: createContentStore(join(journal, 'content')),
  };
  const context = activityContext();
  const payment = { key: 'call-1', requirePrice: true, scope: { stage: 'specialist' as const } };
  return {
    url: endpoint.url,
    asked: () => asked,
    ask: () => askModel(deps, context, { request: question() }, payment),
    [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose](),
  };
}

test('a reply of the built-in model is found by the next worker, unless its faults are others', async (t) => {
  const journal = await mkdtemp(join(tmpdir(), 'switchyard-endpoint-'));
  t.after(() => rm(journal, { recursive: true }));
  await using first = await worker(journal, 'seed=1');
  await using next = await worker(journal, 'seed=1');
  await using other = await worker(journal, 'seed=2');
  assert.notEqual(next.url, first.url, 'it listens at another port');
  const { reply } = await first.ask();
  assert.deepEqual((await next.ask()).reply, reply);
  await other.ask();
  assert.deepEqual([first.asked(), next.asked(), other.asked()], [1, 0, 1]);
});
