/** MCP over the server of `switchyard serve`: with a key, for what is served alone, in the name of the key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CallToolResult, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { QuestionInput } from '../../contracts/run.ts';
import { startServe } from '../../serve/start-serve.ts';
import { startedInput } from '../../application/runs/started-input.ts';
import { clientOf, eras } from '../mcp/mcp-process.ts';
import { goodDraft, says, startTeam } from '../support/team.ts';
import { openServedScene } from './a-served-scene.ts';
import { key, noOrigins, otherKey } from './http/a-server.ts';

const textOf = ({ content: [first] }: CallToolResult) => (first?.type === 'text' ? first.text : '');

test('both eras ask what is served, within its budget, in the name of the key', async () => {
  await using model = await startTeam({ specialist: () => says(goodDraft) });
  await using scene = await openServedScene({ team: model });
  const served = { ...scene.served, budget: { maxModelCalls: 20 } };
  await using server = await startServe(served, {
    ...{ host: '127.0.0.1', port: 0, origins: { hosts: noOrigins.hosts, origins: noOrigins.origins } },
    keys: [
      { name: 'ana', key },
      { name: 'ben', key: otherKey },
    ],
    limits: { requestsPerMinute: 1_000, concurrentRequests: 50 },
  });
  const connect = async (era: (typeof eras)[number], bearer: string) => {
    const client = clientOf(era);
    const requestInit = { headers: { authorization: `Bearer ${bearer}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit }));
    return client;
  };
  for (const era of eras) {
    await assert.rejects(connect(era, 'wrong-key'), /401|Unauthorized|no key/, era);
    const client = await connect(era, otherKey);
    const asked = { question: 'When does boil throw?', max_model_calls: 500 };
    const result = await client.callTool({ name: 'ask', arguments: asked }, { timeout: 240_000, onprogress: () => {} });
    const { run_id, answer } = result.structuredContent as { run_id: string; answer: string };
    assert.equal(answer, goodDraft.answer, textOf(result));
    const { runId } = await scene.scene.client.workflow.getHandle(run_id).describe();
    const input = (await startedInput(await scene.session.opened(), { workflowId: run_id, runId })) as QuestionInput;
    assert.deepEqual([input.user, input.pipeline.name, input.pipeline.budget.modelCalls], ['ben', 'test', 20]);
    for (const wrong of [{ pipeline: 'orchestrated' }, { repository: '/etc' }]) {
      const refused = await client.callTool({ name: 'start', arguments: { ...asked, ...wrong } });
      assert.equal(refused.isError, true, JSON.stringify(wrong));
      // By the names that models and the page have, without a path of this machine.
      if ('repository' in wrong) assert.match(textOf(refused), /expected "kettle"$/);
    }
    const searched = await client.callTool({ name: 'search', arguments: { query: 'boil', repository: 'kettle' } });
    assert.notEqual(searched.isError, true, textOf(searched));
    await client.close();
  }
});
