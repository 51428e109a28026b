/** `ask`: a question to a cited answer. `start`: the same without waiting for it. */
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { RunOutput } from '../answers/run-output.ts';
import type { Surface } from '../surface.ts';
import { questionArguments } from './arguments.ts';
import { addTool } from './tool.ts';

const about =
  'Specialists search the repository at a pinned commit; code checks that the quoted words of each citation stand there. ' +
  'The run is durable: it survives restarts of this server and of its client.';

export function addAsk(server: McpServer, surface: Surface, pipelines: readonly string[]): void {
  const shared = {
    inputSchema: z.strictObject(questionArguments(surface, pipelines)),
    outputSchema: RunOutput,
    annotations: { readOnlyHint: true, idempotentHint: false, openWorldHint: true },
  };
  addTool(
    server,
    surface,
    {
      name: 'ask',
      title: 'Ask about a repository',
      description:
        `Answers a question about a code repository, with citations. ${about} It takes from seconds to minutes; what takes ` +
        'longer than a client waits goes on, and result gives its answer.',
      ...shared,
    },
    async (given, call, tell) => (await import('../work/ask.ts')).ask(surface, given, call, tell),
  );
  addTool(
    server,
    surface,
    {
      name: 'start',
      title: 'Start a question',
      description: `Starts the same as ask and returns the id of the run at once; result waits for its answer. ${about}`,
      ...shared,
    },
    async (given, call, tell) => (await import('../work/ask.ts')).start(surface, given, call, tell),
  );
}
