/** Restate: a service handler with `ctx.run` for each step. The driver asks the ingress of its server. */
import * as restate from '@restatedev/restate-sdk';
import { answer } from '../conversation.ts';
import * as steps from '../pipeline.ts';
import { questionOf } from '../serve.ts';

const service = restate.service({
  name: 'peers',
  handlers: {
    ask: (context: restate.Context, id: string) =>
      answer(id, questionOf(id), steps, (name, step) => context.run(name, step)),
  },
});
await restate.serve({ services: [service], port: Number(process.env.APP_PORT) });
process.stdout.write('ready\n');
