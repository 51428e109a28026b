/** `switchyard ask`: a question to a cited answer. */
import type { Command } from 'commander';
import type { AskOptions } from '../../ask/ask-question.ts';
import {
  count,
  decisionKinds,
  knownRunId,
  positiveAmount,
  positiveCount,
  runIdValue,
  tenantName,
  userName,
} from '../../input/option-values.ts';

export function addAsk(program: Command): void {
  const ask = program
    .command('ask')
    .summary('answer a question about a repository')
    .description(
      'Answers a question about a repository, with citations. A question of "-" is read from stdin. "verified" beside a ' +
        'citation says that the quoted words stand there, not that they answer; "confidence" is how sure the model says it is.',
    )
    .argument('<question>', 'the question, in quotes')
    .option('--repo <folder or git URL>', 'the repository that the question is about', '.')
    .option('--ref <ref>', 'a branch, tag or commit; the current one unless given')
    .option('--uncommitted', 'with the uncommitted changes of the checkout')
    .option('--include-secrets', 'with files that are known to hold keys and passwords, such as .env')
    .option('--pipeline <name or file>', 'a pipeline that ships, or a file of your own', 'orchestrated')
    .option('--route <name>', 'take this route, without asking the router')
    .option('--retry-limit <n>', 'how often weak drafts may be sent back (0 to 10)', count)
    .option('--max-model-calls <n>', 'budget: model calls, 600 at most', positiveCount)
    .option('--max-tokens <n>', 'budget: input and output tokens together', positiveCount)
    .option('--max-cost-usd <amount>', 'budget: US dollars (every model must have a known price)', positiveAmount)
    .option('--max-seconds <n>', 'budget: seconds of work', positiveCount)
    .option(
      '--tenant <name>',
      'for whom it is asked: tenants have fair shares; SWITCHYARD_TENANT unless given',
      tenantName,
    )
    .action(async (question: string, options: AskOptions) => {
      // Mistakes are reported before anything heavy is loaded.
      const { prepareQuestion } = await import('../../ask/question-argument.ts');
      const prepared = await prepareQuestion(question, options);
      const { askQuestion } = await import('../../ask/ask-question.ts');
      process.exitCode = await askQuestion(prepared, options);
    });
  addSurroundings(ask);
}

/** What belongs to the person and the terminal, more than to the question. */
function addSurroundings(ask: Command): void {
  ask
    .option('--session <name>', 'the conversation that its trace belongs to')
    .option('--thread <id>', 'as a turn of this thread, after the turn that ended last; a new name begins one')
    .option('--after <run>', 'go on from this run: a branch of its thread, or a new thread', knownRunId)
    .option('--no-memory', 'without what was remembered of the repository')
    .option('--user <name>', 'who asks, as traces show it; SWITCHYARD_USER unless given', userName)
    .option('--id <id>', 'name the run; ask-<time>-<random> unless given', runIdValue)
    .option(
      '--decisions <kinds>',
      'ask a person: clarify, draft, try, budget, tool, with commas between, or all',
      decisionKinds,
    )
    .option('--no-input', 'do not ask at this terminal what the run asks people')
    .option('--detach', 'start the run and return at once', false)
    .option('--no-stream', 'on a terminal: without drafts while they are written')
    .option('--json', 'print one JSON object', false);
}
