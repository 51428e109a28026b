/** Answers `tasks/get`, `tasks/update` and `tasks/cancel` of clients that declare the extension. */
import {
  MissingRequiredClientCapabilityError,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { typedError } from '../../application/errors.ts';
import type { FoundRun } from '../../application/runs/find-run.ts';
import type { Session } from '../../application/session/session.ts';
import { type Call, callOf, tasksExtension } from '../calls/call.ts';
import { errorText } from '../calls/tool-error.ts';
import type { Surface } from '../surface.ts';

const OfTask = z.object({ taskId: z.string().regex(/^[^\s\p{Cc}]{1,1000}$/u) });

type Work = (session: Session, run: FoundRun, call: Call) => Promise<Result>;

export function serveTasks(server: McpServer, surface: Surface): void {
  server.server.registerCapabilities({ extensions: { [tasksExtension]: {} } });
  const on = (method: string, work: Work) =>
    server.server.setRequestHandler(method, { params: OfTask }, ({ taskId }, ctx) =>
      answered(server, surface, { taskId, ctx }, work),
    );
  on('tasks/get', async (session, run, call) => {
    const { taskOf } = await import('./task.ts');
    return taskOf(surface, session, run, call);
  });
  on('tasks/update', async (session, run, call) => {
    const { updateTask } = await import('./task.ts');
    await updateTask(surface, session, run, call);
    return {};
  });
  on('tasks/cancel', async (_session, run) => {
    const { cancelTask } = await import('./task.ts');
    await cancelTask(run);
    return {};
  });
}

type Asked = { taskId: string; ctx: ServerContext };

/** What goes wrong is an error of the protocol: a task is no result of a tool. */
async function answered(server: McpServer, surface: Surface, { taskId, ctx }: Asked, work: Work): Promise<Result> {
  const call = callOf(server, ctx, surface.times.wait);
  if (!call.takesTasks)
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [tasksExtension]: {} } } });
  try {
    const session = await surface.session(call);
    return await work(session, await surface.findRun(session, taskId), call);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const code = typedError(error)?.code === 'RunNotFound' ? 'InvalidParams' : 'InternalError';
    throw new ProtocolError(ProtocolErrorCode[code], errorText(error, surface.log));
  }
}
