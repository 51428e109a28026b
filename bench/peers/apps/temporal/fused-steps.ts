/** Five activities in place of eight: tools run inside the next model call, check and judge are one. */
import { after } from '../conversation.ts';
import { judge, type Message, runTool, type ToolTurn, type Turn, turn, verify } from '../pipeline.ts';

export { route } from '../pipeline.ts';

export type FusedTurn = { messages: Message[]; next: Turn };

/** Runs the tool that the last reply asked for, then makes the next model call. */
export async function fusedTurn(run: string, messages: Message[], pending: ToolTurn | null): Promise<FusedTurn> {
  const told = pending === null ? messages : after(messages, pending, await runTool(pending.name, pending.args));
  return { messages: told, next: await turn(run, told) };
}

export async function review(run: string, question: string, draft: string) {
  return { verified: await verify(draft), accepted: await judge(run, question, draft) };
}
