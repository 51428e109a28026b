/** What is done with a run after its answer: `switchyard runs rate` and `runs delete`. */
import { type Command, Argument } from 'commander';
import { knownRunId } from '../../input/option-values.ts';

type Json = { json: boolean };

export function runsAfterAnswer(runs: Command): void {
  const isJson = ({ json }: Json): boolean => json || runs.opts<Json>().json;
  runs
    .command('rate')
    .summary('say that an answer was good or bad')
    .description(
      'Says that an answer was good or bad. It is kept in the data directory and shown by "runs show"; a trace in ' +
        'Langfuse gets it as a score. A later rating of the run replaces it.',
    )
    .argument('<run>', 'the id of the run', knownRunId)
    .addArgument(new Argument('<rating>', 'good or bad').choices(['good', 'bad']))
    .option('--note <text>', 'why', '')
    .option('--by <name>', 'who says so; SWITCHYARD_USER, else the name of your account, unless given')
    .option('--json', 'print one JSON object', false)
    .action(async (id: string, rating: 'good' | 'bad', options: Json & { note: string; by?: string }) => {
      const { rate } = await import('../../runs/rate-run.ts');
      process.exitCode = await rate(id, rating, { ...options, json: isJson(options) });
    });
  runs
    .command('delete')
    .summary('delete a run that has ended, with all that belongs to it')
    .description(
      'Deletes a run that has ended: its history, the content that no other run needs, its journal, rating and trace ' +
        '(in Langfuse by its API). Says what could not be removed, and then ends with 1.',
    )
    .argument('<run>', 'the id of the run', knownRunId)
    .option('--yes', 'do not ask', false)
    .option('--json', 'print one JSON object', false)
    .action(async (id: string, options: Json & { yes: boolean }) => {
      const { removeRun } = await import('../../runs/delete-run.ts');
      process.exitCode = await removeRun(id, { ...options, json: isJson(options) });
    });
}
