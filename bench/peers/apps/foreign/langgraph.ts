/** LangGraph.js with its Postgres checkpointer, durability sync: a node a step, the conversation in the state. */
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { after, opening } from '../conversation.ts';
import { judge, type Message, route, runTool, type Turn, turn, verify } from '../pipeline.ts';
import { questionOf, serve } from '../serve.ts';

const State = Annotation.Root({
  run: Annotation<string>(),
  question: Annotation<string>(),
  route: Annotation<string>(),
  messages: Annotation<Message[]>(),
  turn: Annotation<Turn | null>(),
  verified: Annotation<boolean>(),
  accepted: Annotation<boolean>(),
});
type State = typeof State.State;

const draftOf = ({ turn }: State): string => (turn?.kind === 'draft' ? turn.text : '');

async function runTools({ messages, turn }: State): Promise<Partial<State>> {
  if (turn?.kind !== 'tool') throw new Error('the last reply asked for no tool');
  return { messages: after(messages, turn, await runTool(turn.name, turn.args)) };
}

const saver = PostgresSaver.fromConnString(`${process.env.PG_URL}/langgraph`);
await saver.setup();
const graph = new StateGraph(State)
  .addNode('router', async ({ run, question }) => ({
    route: await route(run, question),
    messages: opening(question),
  }))
  .addNode('specialist', async ({ run, messages }) => ({ turn: await turn(run, messages) }))
  .addNode('tools', runTools)
  .addNode('verify', async (state) => ({ verified: await verify(draftOf(state)) }))
  .addNode('judge', async (state) => ({ accepted: await judge(state.run, state.question, draftOf(state)) }))
  .addEdge(START, 'router')
  .addEdge('router', 'specialist')
  .addEdge('tools', 'specialist')
  .addEdge('verify', 'judge')
  .addEdge('judge', END)
  .addConditionalEdges('specialist', ({ turn }) => (turn?.kind === 'tool' ? 'tools' : 'verify'), ['tools', 'verify'])
  .compile({ checkpointer: saver });
const options = (id: string) => ({ configurable: { thread_id: id }, durability: 'sync' as const });
serve(
  (id) => graph.invoke({ run: id, question: questionOf(id) }, options(id)),
  (id) => graph.invoke(null, options(id)),
);
