/** `switchyard runs fork`: a new run that begins as another one. */
import type { Command } from 'commander';
import { count, knownRunId, positiveAmount, positiveCount, runIdValue, tenantName } from '../../input/option-values.ts';
import type { ForkCommand } from '../../runs/fork.ts';

/** Adds it to the commands of `runs`. */
export function forkCommand(runs: Command): void {
  runs
    .command('fork')
    .summary('run a run that has ended once more, and pay only for what is changed')
    .description(
      'Starts a new run that takes every unchanged finished call of a run that has ended, and pays for what is changed. What ' +
        'that is likely to be is said first. Replies are found by the whole request: where an answer comes out otherwise, ' +
        'what follows from it is paid, too. The run before stays as it is.',
    )
    .argument('<run>', 'the id of the run', knownRunId)
    .option(
      '--from <step>',
      'ask this step and all that rests on it anew, such as router, "code try 1 turn 2" or synthesis',
    )
    .option('--pipeline <name or file>', "another pipeline; the run's own unless given")
    .option('--route <name>', 'take this route, without asking the router')
    .option('--question <text>', 'another question; "-" reads it from stdin')
    .option('--retry-limit <n>', 'how often weak drafts may be sent back (0 to 10)', count)
    .option('--max-model-calls <n>', 'budget: model calls, 600 at most', positiveCount)
    .option('--max-tokens <n>', 'budget: input and output tokens together', positiveCount)
    .option('--max-cost-usd <amount>', 'budget: US dollars (every model must have a known price)', positiveAmount)
    .option('--max-seconds <n>', 'budget: seconds of work', positiveCount)
    .option('--tenant <name>', 'for whom it is asked; SWITCHYARD_TENANT unless given', tenantName)
    .option('--id <id>', 'name the run; fork-<time>-<random> unless given', runIdValue)
    .option('--dry-run', 'only say what would be taken and paid', false)
    .option('--detach', 'start the run and return at once', false)
    .option('--json', 'print one JSON object', false)
    .action(async (id: string, options: ForkCommand) => {
      const { fork } = await import('../../runs/fork.ts');
      process.exitCode = await fork(id, { ...options, json: options.json || runs.opts<{ json: boolean }>().json });
    });
}
