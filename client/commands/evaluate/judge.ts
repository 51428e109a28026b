/** `switchyard judge`: models as graders, beside the grader that code is. */
import type { Command } from 'commander';
import type { CalibrateOptions } from '../../evaluate/calibrate-judge.ts';
import type { JudgeLogOptions } from '../../evaluate/judge-log.ts';
import { count, each } from '../../input/option-values.ts';
import type { SampleOptions } from '../../evaluate/sample-labels.ts';
import { withDataset } from './log-options.ts';

export function addJudge(program: Command): void {
  const judge = program
    .command('judge')
    .summary('have the answers of a run log graded by a model; calibrate such a judge');
  withJudges(withDataset(judge))
    .description(
      'Has every answer held against a rubric made of its ground truth, by one model or several. Prints where they and the ' +
        'grader differ, how far they agree, and the share of right answers with the rates of a calibrated judge taken out. What ' +
        "they say is kept beside the log. A judge that fails gives no grade, and is no failure of the variant's; one that " +
        'gives none at all makes the exit code 1. The offline model cannot judge.',
    )
    .argument('<run-log.jsonl>', 'a run log, or LOG:VARIANT')
    .option('-o, --output <file>', 'write one JSON line an answer to a file, too')
    .option('--json', 'print JSON lines', false)
    .action(async (log: string, options: JudgeLogOptions) => {
      const { judgeLog } = await import('../../evaluate/judge-log.ts');
      process.exitCode = await judgeLog(log, options);
    });
  const calibrate = judge.command('calibrate').summary('find out how far a judge can be trusted, by labels of people');
  withJudges(withDataset(calibrate))
    .description(
      'Asks each judge about answers that people have labelled, three times: as ever, the same again, and with the criteria in ' +
        'the reverse order. Prints kappa, true and false positive rates with their intervals, and how often a verdict changes. ' +
        'What it finds is kept, and "switchyard judge" corrects the judge\'s rates by it.',
    )
    .requiredOption('--labels <file.jsonl>', 'lines with question_id, correct, and the answer or the variant of a log')
    .option('--log <run-log.jsonl>', 'the log that has the answers which the labels leave out')
    .option('--json', 'print one JSON object a judge', false)
    .action(async (options: CalibrateOptions) => {
      const { calibrateJudges } = await import('../../evaluate/calibrate-judge.ts');
      process.exitCode = await calibrateJudges(options);
    });
  addSample(judge);
}

function addSample(judge: Command): void {
  const sample = judge.command('sample').summary('draw answers of a run log for a person to label');
  withDataset(sample)
    .description(
      'Writes answers with their questions and what the dataset expects, a JSON line each, for "judge calibrate --labels": ' +
        '"correct" is null until a person has set it. Half of them are right as the grader says, half are not, where there are ' +
        'as many; which is which is not told.',
    )
    .argument('<run-log.jsonl>', 'a run log, or LOG:VARIANT')
    .option('-n, --count <n>', 'answers to draw', count, 100)
    .option('--seed <n>', 'decides which', count, 1)
    .option('-o, --output <file>', 'write the lines to a file')
    .action(async (log: string, options: SampleOptions) => {
      const { sampleLabels } = await import('../../evaluate/sample-labels.ts');
      process.exitCode = await sampleLabels(log, options);
    });
}

function withJudges(command: Command): Command {
  return command
    .option('--judge <model>', 'a model; give it several times; the judge of the settings unless given', each)
    .option('--seed <n>', 'decides the order of the criteria', count, 1);
}
