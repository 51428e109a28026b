/** `switchyard limits`: what endpoints may be asked, while workers run. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { endpointNames } from '../../../contracts/names.ts';
import { positiveCount } from '../../input/option-values.ts';
import type { ChangedLimits, LimitsOptions } from '../../limits/model-limits.ts';

export function addLimits(program: Command): void {
  const limits = program
    .command('limits')
    .summary('show or change what endpoints may be asked, while workers run')
    .description('Shows the limits of each endpoint, and what waits in its queue.')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const { showLimits } = await import('../../limits/model-limits.ts');
      process.exitCode = await showLimits(json);
    });
  ofEndpoint(limits, 'set', 'set limits of an endpoint, instead of those of the configuration')
    .option('--requests <n>', 'calls begun a minute, by all workers together; none: no limit', limit)
    .option('--tokens <n>', 'tokens a minute, by each worker process; none: no limit', limit)
    .option('--concurrency <n>', 'calls at once, by each worker process; none: no limit', limit)
    .action(async ({ requests, tokens, concurrency, ...options }: ChangedLimits & LimitsOptions) => {
      const { setLimits } = await import('../../limits/model-limits.ts');
      const given = Object.entries({ requests, tokens, concurrency }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value === 0 ? null : value] as const],
      );
      process.exitCode = await setLimits(Object.fromEntries(given), withJson(limits, options));
    });
  ofEndpoint(limits, 'reset', 'have the limits of the configuration hold again').action(
    async (options: LimitsOptions) => {
      const { resetLimits } = await import('../../limits/model-limits.ts');
      process.exitCode = await resetLimits(withJson(limits, options));
    },
  );
}

function ofEndpoint(limits: Command, name: string, summary: string): Command {
  return limits
    .command(name)
    .summary(summary)
    .addOption(
      new Option('--endpoint <name>', 'of the models of the settings, or of fallback models')
        .choices(endpointNames)
        .default('model'),
    )
    .option('--json', 'print JSON', false);
}

function withJson(limits: Command, options: LimitsOptions): LimitsOptions {
  return { ...options, json: options.json || limits.opts<{ json: boolean }>().json };
}

/** 0: none; null would stand for an empty text. */
function limit(text: string): number {
  if (text === 'none') return 0;
  try {
    return positiveCount(text);
  } catch {
    throw new InvalidArgumentError('It must be a whole number of 1 or more, or none.');
  }
}
