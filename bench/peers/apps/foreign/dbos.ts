/** DBOS Transact on Postgres: one workflow, a step for each call. It takes up by itself what was pending at its start. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { answer } from '../conversation.ts';
import * as steps from '../pipeline.ts';
import { questionOf, serve } from '../serve.ts';

DBOS.setConfig({
  name: 'peers',
  systemDatabaseUrl: `${process.env.PG_URL}/dbos`,
  logLevel: 'error',
  applicationVersion: '1',
  executorID: 'local',
  systemDatabasePoolSize: 20,
});
const workflow = DBOS.registerWorkflow(
  (id: string, question: string) => answer(id, question, steps, (name, step) => DBOS.runStep(step, { name })),
  { name: 'answerQuestion' },
);
await DBOS.launch();
serve(async (id) => (await DBOS.startWorkflow(workflow, { workflowID: id })(id, questionOf(id))).getResult());
