/** Mastra workflows: eight steps in a row, snapshots in the store that MASTRA_STORE names: libsql or pg. */
import { Mastra } from '@mastra/core';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { LibSQLStore } from '@mastra/libsql';
import { PostgresStore } from '@mastra/pg';
import { z } from 'zod';
import { after, opening } from '../conversation.ts';
import { judge, type Message, route, runTool, type Turn, turn, verify } from '../pipeline.ts';
import { questionOf, serve } from '../serve.ts';

type State = {
  run: string;
  question: string;
  route: string;
  messages: Message[];
  turn: Turn | null;
  verified: boolean;
  accepted: boolean;
};

const schema = z.custom<State>();
const step = (id: string, work: (state: State) => Promise<Partial<State>>) =>
  createStep({
    id,
    inputSchema: schema,
    outputSchema: schema,
    execute: async ({ inputData }) => ({ ...inputData, ...(await work(inputData)) }),
  });
const draftOf = ({ turn }: State): string => (turn?.kind === 'draft' ? turn.text : '');
const think = (id: string) => step(id, async ({ run, messages }) => ({ turn: await turn(run, messages) }));
const act = (id: string) =>
  step(id, async ({ messages, turn }) => {
    if (turn?.kind !== 'tool') throw new Error('the last reply asked for no tool');
    return { messages: after(messages, turn, await runTool(turn.name, turn.args)) };
  });

const workflow = createWorkflow({ id: 'answer', inputSchema: schema, outputSchema: schema })
  .then(
    step('router', async ({ run, question }) => ({ route: await route(run, question), messages: opening(question) })),
  )
  .then(think('turn-1'))
  .then(act('tool-1'))
  .then(think('turn-2'))
  .then(act('tool-2'))
  .then(think('turn-3'))
  .then(step('verify', async (state) => ({ verified: await verify(draftOf(state)) })))
  .then(step('judge', async (state) => ({ accepted: await judge(state.run, state.question, draftOf(state)) })))
  .commit();
const storage =
  process.env.MASTRA_STORE === 'pg'
    ? new PostgresStore({ id: 'peers', connectionString: `${process.env.PG_URL}/mastra` })
    : new LibSQLStore({ id: 'peers', url: `file:${process.env.MASTRA_FILE}` });
const mastra = new Mastra({ workflows: { answer: workflow }, storage, logger: false });

const empty = { route: '', messages: [], turn: null, verified: false, accepted: false };

async function runOf(id: string) {
  return mastra.getWorkflow('answer').createRun({ runId: id });
}

function resultOf(ending: { status: string; result?: unknown }): unknown {
  if (ending.status !== 'success') throw new Error(JSON.stringify(ending).slice(0, 500));
  return ending.result;
}

serve(
  async (id) => resultOf(await (await runOf(id)).start({ inputData: { run: id, question: questionOf(id), ...empty } })),
  async (id) => resultOf(await (await runOf(id)).restart()),
);
