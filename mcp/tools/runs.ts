/** Tools about runs that were started: `status`, `result`, `cancel` and `decide`. */
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { DecideOutput, StatusOutput } from '../answers/other-outputs.ts';
import { RunOutput } from '../answers/run-output.ts';
import type { Surface } from '../surface.ts';
import { runId } from './arguments.ts';
import { addTool, readOnly } from './tool.ts';

const mostWaitSeconds = 3_600;

export function addRunTools(server: McpServer, surface: Surface): void {
  addStatus(server, surface);
  addResult(server, surface);
  addCancel(server, surface);
  addDecide(server, surface);
}

/** Loaded with the first call. */
const work = () => import('../work/runs.ts');

function addStatus(server: McpServer, surface: Surface): void {
  addTool(
    server,
    surface,
    {
      name: 'status',
      title: 'Status of runs',
      description: 'Says what a run does now and what it asks people; without run_id lists the newest runs.',
      inputSchema: z.strictObject({ run_id: runId.optional() }),
      outputSchema: StatusOutput,
      annotations: readOnly,
    },
    async (given, call) => (await work()).status(surface, given.run_id ?? null, call),
  );
}

function addResult(server: McpServer, surface: Surface): void {
  addTool(
    server,
    surface,
    {
      name: 'result',
      title: 'Result of a run',
      description: 'Waits for a run that ask or start has begun, and gives its answer with citations.',
      inputSchema: z.strictObject({
        run_id: runId,
        wait_seconds: z
          .int()
          .nonnegative()
          .max(mostWaitSeconds)
          .optional()
          .describe('How long to wait; as long as the client listens unless given.'),
      }),
      outputSchema: RunOutput,
      annotations: readOnly,
    },
    async (given, call, tell) => (await work()).result(surface, given, call, tell),
  );
}

function addCancel(server: McpServer, surface: Surface): void {
  addTool(
    server,
    surface,
    {
      name: 'cancel',
      title: 'Cancel a run',
      description: 'Ends a run that goes on; what it has found so far is in the result.',
      inputSchema: z.strictObject({ run_id: runId }),
      outputSchema: RunOutput,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async (given, call) => (await work()).cancel(surface, given.run_id, call),
  );
}

function addDecide(server: McpServer, surface: Surface): void {
  addTool(
    server,
    surface,
    {
      name: 'decide',
      title: 'Decide what a run asks',
      description:
        'Tells a run what a person has decided. Ask the person first: what a run asks is theirs to decide. The same ' +
        'decision twice is taken once.',
      inputSchema: z.strictObject({
        run_id: runId,
        request_id: z.string().min(1).max(100).describe('What the run asks, such as draft-1.'),
        choice: z.string().min(1).max(100).describe('One of the choices of the request.'),
        note: z.string().max(2_000).optional(),
        answer: z.string().max(20_000).optional().describe('Of edit: the answer in the words of the person.'),
        amount: z.number().positive().optional().describe('Of grant: by how much the limit is raised.'),
      }),
      outputSchema: DecideOutput,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    async (given, call) => (await work()).decideOne(surface, given, call),
  );
}
