/** What can be typed in a chat beside questions. */
import { remember } from '../../application/memory/notes.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { keyedFields, resultOfRun, runRecord } from '../../application/runs/run-record.ts';
import { InvalidInput } from '../../application/errors.ts';
import { labelled, type LabelledTurn } from '../../application/threads/labels.ts';
import { turnsOf } from '../../application/threads/turns.ts';
import { exitCodes } from '../exit-codes.ts';
import { rateAndTell } from '../runs/rate-run.ts';
import { inColumns, note, print, printJson, styleOf } from '../terminal/output.ts';
import { turnsText } from '../threads/thread-rows.ts';
import type { Chat } from './chat.ts';
import { sourcesText } from './turn-text.ts';

type Command = {
  help: readonly [string, string];
  run: (chat: Chat, argument: string) => Promise<void>;
};

const commands: Record<string, Command> = {
  sources: { help: ['/sources', 'the lines that the last answer cites'], run: showSources },
  turns: { help: ['/turns', 'the turns of this thread, branches included'], run: showTurns },
  fork: { help: ['/fork [turn]', 'go on from an earlier turn; without one, ask the last one otherwise'], run: fork },
  rate: { help: ['/rate good|bad [why]', 'say that the last answer was good or bad'], run: rate },
  pipeline: { help: ['/pipeline [name]', 'the pipeline of the next questions: show or change it'], run: pipeline },
  remember: { help: ['/remember <text>', 'keep a note on this repository for later questions'], run: keepNote },
  help: { help: ['/help', 'this list'], run: help },
};

/** @returns the exit code @throws InvalidInput for what is no command */
export async function runChatCommand(
  chat: Chat,
  { name, argument }: { name: string; argument: string },
): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new InvalidInput('command', `there is no /${name}: /help lists what there is`);
  await command.run(chat, argument);
  return exitCodes.worked;
}

async function help(): Promise<void> {
  const more: [string, string][] = [
    ['/exit', 'end the chat; Ctrl-D does, too'],
    ['\\', 'at the end of a line: the question goes on in the next one'],
    ['"""', 'before and after a question of several lines'],
  ];
  note(inColumns([...Object.values(commands).map((each) => each.help), ...more]).join('\n'));
}

async function showSources({ session, last, options }: Chat): Promise<void> {
  if (last === null) throw new InvalidInput('command', 'nothing was asked yet');
  const run = await resultOfRun(await session.opened(), last);
  if (options.json) printJson(runRecord(run), keyedFields);
  else print(`${sourcesText(run, styleOf(process.stdout))}\n`);
}

async function labelledTurns({ session, thread }: Chat): Promise<LabelledTurn[]> {
  return labelled(await turnsOf(await session.opened(), thread));
}

async function showTurns(chat: Chat): Promise<void> {
  const turns = await labelledTurns(chat);
  if (chat.options.json) printJson(turns);
  else if (turns.length === 0) note('nothing was asked yet');
  else print(`${turnsText(turns, styleOf(process.stdout), chat.last)}\n`);
}

/** The next question goes on from that turn; nothing is started. */
async function fork(chat: Chat, argument: string): Promise<void> {
  const turns = await labelledTurns(chat);
  const wanted = argument === '' ? turns.find(({ id }) => id === chat.last) : turnNamed(turns, argument);
  if (wanted === undefined) throw new InvalidInput('command', `there is no turn "${argument}": /turns lists them`);
  chat.last = argument === '' ? wanted.parent : wanted.id;
  const from = turns.find(({ id }) => id === chat.last);
  note(
    from === undefined
      ? 'the next question begins this thread anew'
      : `the next question goes on from turn ${from.label}: ${from.question ?? ''}`,
  );
}

const turnNamed = (turns: readonly LabelledTurn[], name: string): LabelledTurn | undefined =>
  turns.find(({ id, label }) => id === name || label === name.toLowerCase());

async function rate({ session, last, options }: Chat, argument: string): Promise<void> {
  if (last === null) throw new InvalidInput('command', 'nothing was asked yet');
  const [, rating, why = ''] = /^(good|bad)(?:\s+(.*))?$/s.exec(argument) ?? [];
  if (rating !== 'good' && rating !== 'bad')
    throw new InvalidInput('command', 'say whether it was good or bad: /rate good, or /rate bad it cites the type');
  const by = options.user ?? null;
  await rateAndTell(await session.opened(), session.settings, last, { rating, note: why, by, json: options.json });
}

async function pipeline(chat: Chat, argument: string): Promise<void> {
  if (argument !== '') {
    await loadPipeline(argument, chat.session.settings.toolModules, chat.session.settings.foreignServers.servers);
    chat.options = { ...chat.options, pipeline: argument };
  }
  note(`pipeline: ${chat.options.pipeline}`);
}

async function keepNote({ session, options }: Chat, argument: string): Promise<void> {
  const kept = await remember(session.settings, await repositoryOf(options), argument);
  note(`remembered as ${kept.id} until ${kept.expires.slice(0, 10)}; "switchyard memory forget ${kept.id}" forgets it`);
}
