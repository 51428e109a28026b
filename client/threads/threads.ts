/** Lists threads, shows one, deletes one. */
import { InvalidInput } from '../../application/errors.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { deleteThread } from '../../application/threads/delete-thread.ts';
import { labelled } from '../../application/threads/labels.ts';
import { readTurns } from '../../application/threads/read-turns.ts';
import { expectThreadId, threadsOf, turnsOf } from '../../application/threads/turns.ts';
import type { Config } from '../../config/config.ts';
import { exitCodes } from '../exit-codes.ts';
import { changedPlaces, readAs } from '../../application/words/thread-words.ts';
import { printDeleted } from '../runs/delete-run.ts';
import { confirmed } from '../terminal/confirm.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson, styleOf } from '../terminal/output.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { threadsText, turnsText } from './thread-rows.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

/** @returns the exit code */
export function listThreads({ limit, json }: { limit: number; json: boolean }): Promise<number> {
  return withServer(async (session) => {
    const threads = threadsOf(await turnsOf(session)).slice(0, limit);
    if (json) printJson(threads);
    else if (threads.length === 0) note('there are no threads yet: switchyard chat begins one');
    else print(threadsText(threads, styleOf(process.stdout)));
    return exitCodes.worked;
  });
}

/** The turns, and of each as what its question was read. @returns the exit code */
export function showThread(id: string, json: boolean): Promise<number> {
  return withServer(async (session, signal) => {
    const turns = labelled(await turnsOf(session, expectThreadId(id)));
    if (turns.length === 0) throw new InvalidInput('thread', noThread(id));
    const read = await readTurns(session, turns, signal);
    if (json) printJson({ id, turns: read } satisfies Printed<'threads show'>);
    else {
      const style = styleOf(process.stdout);
      const remarks = read.flatMap(({ label, state }) => {
        const said =
          state === null ? [] : [...[readAs(state)].filter((text) => text !== null), ...changedPlaces(state)];
        return said.map((text) => wrapText(`- ${label} ${text}`, style.columns));
      });
      print([turnsText(turns, style), ...(remarks.length === 0 ? [] : [remarks.join('\n')])].join('\n\n'));
    }
    return exitCodes.worked;
  });
}

/** @returns the exit code */
export function removeThread(id: string, { yes, json }: { yes: boolean; json: boolean }): Promise<number> {
  return withServer(async (session, signal, settings) => {
    const turns = await turnsOf(session, expectThreadId(id));
    if (turns.length === 0) throw new InvalidInput('thread', noThread(id));
    const what = `${turns.length} ${turns.length === 1 ? 'turn' : 'turns'} of the thread ${id}`;
    if (!yes && !(await confirmed(`${what} will be deleted, with their answers`, 'Delete them?')))
      return exitCodes.failed;
    const { removed, kept } = await deleteThread({ session, settings, signal, onProgress: note }, turns);
    if (json) printJson({ id, turns: turns.length, removed, kept });
    else printDeleted(`the thread ${id}`, { removed, kept });
    return kept.length === 0 ? exitCodes.worked : exitCodes.failed;
  });
}

const noThread = (id: string): string => `there is no thread ${id}: "switchyard threads list" lists those there are`;

async function withServer(
  work: (session: Session, signal: AbortSignal, settings: Config) => Promise<number>,
): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  return await work(session, interrupt.signal, settings);
}
