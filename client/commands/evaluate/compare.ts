/** `switchyard compare` and `switchyard signals`: whether a split helps, from run logs alone. */
import { type Command, InvalidArgumentError } from 'commander';
import type { CompareOptions, OutputFile } from '../../evaluate/compare-logs.ts';
import type { SignalsOptions } from '../../evaluate/show-signals.ts';
import { formerOption } from '../../input/option-values.ts';
import { withDataset, withGraders, withWasteShare } from './log-options.ts';

export function addCompare(program: Command): void {
  withGraders(withRules(program.command('compare').summary('compare two pipelines, question by question')))
    .description(
      'Says whether the candidate is justified over the baseline: as a whole and route by route. A log of several ' +
        'variants is given as LOG:VARIANT. docs/statistics.md has the rules.',
    )
    .argument('<baseline.jsonl>', 'run log of the baseline, or LOG:VARIANT')
    .argument('<candidate.jsonl>', 'run log of the candidate, or LOG:VARIANT')
    .option(
      '-o, --output <file>',
      'write a report (.html), memo (.md), JUnit (.xml), table (.csv) or the comparison (.json); may be repeated',
      collect(outputFile),
      [],
    )
    .option('--decided-by <grader>', 'the grader of your own that says what is right, instead of the rule that ships')
    .option(
      '--summary <file.md>',
      'write the summary of a CI job: verdict, gates, figures, changed questions; 60 kB at most',
    )
    .option('--json', 'print one JSON object', false)
    .action(async (baseline: string, candidate: string, options: CompareOptions) => {
      const { compareLogs } = await import('../../evaluate/compare-logs.ts');
      process.exitCode = await compareLogs(baseline, candidate, options);
    });
  addSignals(program);
}

function addSignals(program: Command): void {
  withLog(program.command('signals').summary('tell whether a variant shows signs that a split could help'))
    .argument('<run-log.jsonl>', 'a run log; LOG:VARIANT where it has several variants')
    .option('--variant <name>', 'which variant of the log')
    .addOption(formerOption('--arm <name>', 'variant'))
    .option('--json', 'print one JSON object', false)
    .action(async (log: string, options: SignalsOptions) => {
      const { showSignals } = await import('../../evaluate/show-signals.ts');
      process.exitCode = await showSignals(log, options);
    });
}

/** Log, dataset, and what decides. */
function withRules(command: Command): Command {
  return withLog(command)
    .option(
      '--margin <dimension=value>',
      'smaller differences do not count: accuracy=0.02, accuracy@docs=0.05, route=0.03, waste=0.05, cost=1.25, latency=1.25',
      collect(String),
      [],
    )
    .option(
      '--gate <rule>',
      'exit with 100 unless it is met: accuracy>=baseline-0.02, verdict!=not-justified',
      collect(String),
      [],
    )
    .option(
      '--other-dataset',
      'take a dataset that is not the one that the logs name, such as a version of it whose ground truth was mended',
      false,
    );
}

const withLog = (command: Command) => withWasteShare(withDataset(command));

function collect<Value>(read: (text: string) => Value): (text: string, before: Value[]) => Value[] {
  return (text, before) => [...before, read(text)];
}

function outputFile(text: string): OutputFile {
  const [, format] = /\.(html|md|xml|csv|json)$/.exec(text) ?? [];
  if (format === undefined) throw new InvalidArgumentError('It must end with .html, .md, .xml, .csv or .json.');
  return { path: text, format: format as OutputFile['format'] };
}
