/** `switchyard chat` and `switchyard threads`: conversations whose turns are runs. */
import type { Command } from 'commander';
import type { ChatOptions } from '../../chat/chat.ts';
import {
  decisionKinds,
  knownRunId,
  positiveAmount,
  positiveCount,
  tenantName,
  userName,
} from '../../input/option-values.ts';

export function addChat(program: Command): void {
  program
    .command('chat')
    .summary('ask question after question about a repository')
    .description(
      'A conversation about a repository. Each question is a turn of a thread: a run of its own, with its own budget, trace ' +
        'and citations, that goes on from the turn before. From a pipe, each line is a question.',
    )
    .option('--thread <id>', 'go on with this thread, after its newest turn; a new name begins one')
    .option('--after <run>', 'go on from this run', knownRunId)
    .option('--repo <folder or git URL>', 'the repository that the questions are about', '.')
    .option('--ref <ref>', 'a branch, tag or commit; the current one of each question unless given')
    .option('--uncommitted', 'with the uncommitted changes of the checkout')
    .option('--include-secrets', 'with files that are known to hold keys and passwords, such as .env')
    .option('--pipeline <name or file>', 'a pipeline that ships, or a file of your own', 'orchestrated')
    .option('--max-model-calls <n>', 'budget of each turn: model calls, 600 at most', positiveCount)
    .option('--max-tokens <n>', 'budget of each turn: input and output tokens together', positiveCount)
    .option('--max-cost-usd <amount>', 'budget of each turn: US dollars', positiveAmount)
    .option('--max-seconds <n>', 'budget of each turn: seconds of work', positiveCount)
    .option('--tenant <name>', 'for whom it is asked; SWITCHYARD_TENANT unless given', tenantName)
    .option('--user <name>', 'who asks, as traces show it; SWITCHYARD_USER unless given', userName)
    .option(
      '--decisions <kinds>',
      'ask a person: clarify, draft, try, budget, with commas between, or all',
      decisionKinds,
    )
    .option('--no-input', 'do not ask at this terminal what a turn asks people')
    .option('--no-memory', 'without what was remembered of the repository')
    .option('--no-stream', 'on a terminal: without drafts while they are written')
    .option('--json', 'print one JSON object a turn', false)
    .action(async (options: ChatOptions) => {
      const { runChat } = await import('../../chat/run-chat.ts');
      process.exitCode = await runChat(options);
    });
}

export function addThreads(program: Command): void {
  const threads = program.command('threads').summary('list conversations; show or delete one');
  threads
    .command('list', { isDefault: true })
    .summary('list threads, newest first')
    .option('--limit <n>', 'how many', positiveCount, 20)
    .option('--json', 'print JSON', false)
    .action(async (options: { limit: number; json: boolean }) => {
      const { listThreads } = await import('../../threads/threads.ts');
      process.exitCode = await listThreads(options);
    });
  threads
    .command('show')
    .summary('show the turns of a thread, branches included, and as what each question was read')
    .argument('<thread>', 'the id of the thread')
    .option('--json', 'print one JSON object', false)
    .action(async (id: string, { json }: { json: boolean }) => {
      const { showThread } = await import('../../threads/threads.ts');
      process.exitCode = await showThread(id, json);
    });
  threads
    .command('delete')
    .summary('delete all turns of a thread')
    .argument('<thread>', 'the id of the thread')
    .option('--yes', 'do not ask', false)
    .option('--json', 'print one JSON object', false)
    .action(async (id: string, options: { yes: boolean; json: boolean }) => {
      const { removeThread } = await import('../../threads/threads.ts');
      process.exitCode = await removeThread(id, options);
    });
}
