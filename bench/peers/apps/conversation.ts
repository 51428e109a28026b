/** The order of work and the messages of a conversation: no input or output, so that workflow code may use it. */
import type { Answer, Message, ToolTurn, Turn } from './pipeline.ts';

const system =
  'You answer questions about how code works, from the repository alone, through your tools. When you can answer, reply with one JSON object: answer, citations (path, first_line, last_line, quote), confidence, insufficient, gaps.';

export function opening(question: string): Message[] {
  return [
    { role: 'system', content: system },
    { role: 'user', content: `<question>\n${question}\n</question>` },
  ];
}

export function after(messages: Message[], { message, callId }: ToolTurn, content: string): Message[] {
  return [...messages, message, { role: 'tool', tool_call_id: callId, content }];
}

export type Steps = {
  route(run: string, question: string): Promise<string>;
  turn(run: string, messages: Message[]): Promise<Turn>;
  runTool(name: string, args: Record<string, unknown>): Promise<string>;
  verify(draft: string): Promise<boolean>;
  judge(run: string, question: string, draft: string): Promise<boolean>;
};

/** Runs a step under a name that is its own in the run. */
export type RunStep = <Result>(name: string, step: () => Promise<Result>) => Promise<Result>;

/** Eight steps one after the other, for the systems whose workflows are plain code. */
export async function answer(run: string, question: string, steps: Steps, runStep: RunStep): Promise<Answer> {
  const route = await runStep('route', () => steps.route(run, question));
  let messages = opening(question);
  for (let at = 1; ; at += 1) {
    const said = messages;
    const next = await runStep(`turn-${at}`, () => steps.turn(run, said));
    if (next.kind === 'draft') {
      const verified = await runStep('verify', () => steps.verify(next.text));
      const accepted = await runStep('judge', () => steps.judge(run, question, next.text));
      return { route, answer: next.text, accepted, verified };
    }
    const content = await runStep(`tool-${at}`, () => steps.runTool(next.name, next.args));
    messages = after(messages, next, content);
  }
}
