/** A conversation about a repository: each entry is a turn of one thread, a run of its own that outlives this command. */
import { newThreadId } from '../../application/threads/start-turn.ts';
import { expectThreadId, turnBefore, turnsOf } from '../../application/threads/turns.ts';
import { threadOfRunId } from '../../contracts/threads/thread.ts';
import type { Chat, ChatOptions } from './chat.ts';
import { pipelineOfRun } from '../../application/runs/started-input.ts';
import { readSettings } from '../../application/read-settings.ts';
import { typedError } from '../../application/errors.ts';
import { exitCodes, exitCodesOfErrors } from '../exit-codes.ts';
import { note } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { runChatCommand } from './chat-commands.ts';
import { ChatSession } from './chat-session.ts';
import { commandIn } from './entries.ts';
import { readerFor } from './read-entries.ts';
import { askTurn, followTurn } from './ask-turn.ts';

/** What a terminal's arrow keys go through. */
const mostQuestions = 100;

/** @returns the exit code: that of the last turn that did not work, where there was one */
export async function runChat(options: ChatOptions): Promise<number> {
  const settings = readSettings();
  await using session = new ChatSession(settings);
  const { chat, questions } = await beginChat(session, options);
  note(
    chat.last === null
      ? `begins the thread ${chat.thread}; /help lists what else can be typed`
      : `goes on with the thread ${chat.thread}, after ${chat.last}; /help lists what else can be typed`,
  );
  using read = readerFor(process.stdin, questions);
  let code: number = exitCodes.worked;
  for (let entry = await read(); entry !== null; entry = await read()) {
    if (entry === '') continue;
    const command = commandIn(entry);
    if (command?.name === 'exit' || command?.name === 'quit') break;
    const ended = await unlessFatal(() => (command === null ? askTurn(chat, entry) : runChatCommand(chat, command)));
    if (ended !== exitCodes.worked) code = ended;
  }
  return code;
}

/**
 * Where it goes on: a turn that still goes on, as one whose chat was killed, is followed to its end first.
 * @returns `questions`: those of the thread, the oldest first
 */
export async function beginChat(
  session: ChatSession,
  options: ChatOptions,
): Promise<{ chat: Chat; questions: string[] }> {
  const { thread, after } = options;
  const turns = thread === undefined ? [] : await turnsOf(await session.opened(), expectThreadId(thread));
  const questions = turns.slice(0, mostQuestions).flatMap(({ question }) => question ?? []);
  questions.reverse();
  if (after !== undefined) {
    await turnBefore(await session.opened(), after);
    return {
      chat: { session, options, thread: thread ?? threadOfRunId(after) ?? newThreadId(), last: after },
      questions,
    };
  }
  const [newest] = turns;
  const chat: Chat = { session, options, thread: thread ?? newThreadId(), last: newest?.id ?? null };
  if (newest?.status !== 'running' && newest?.status !== 'waiting') return { chat, questions };
  note(`${newest.id} still goes on: ${printableLine(newest.question ?? '')}`);
  const { id, runId } = newest;
  await unlessFatal(async () => {
    const pipeline = await pipelineOfRun(await session.opened(), { workflowId: id, runId });
    return followTurn(chat, newest, pipeline ?? { gate: null });
  });
  return { chat, questions };
}

/** A mistake or a failed turn ends no chat. @throws what nobody foresaw */
async function unlessFatal(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const known = typedError(error);
    if (known === null) throw error;
    note(printableLine(known.message));
    return exitCodesOfErrors[known.code];
  }
}
