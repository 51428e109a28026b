/** `switchyard grade` and `switchyard label`: what a run log is worth, without running anything again. */
import type { Command } from 'commander';
import type { GradeLogOptions } from '../../evaluate/grade-log.ts';
import { formerOption } from '../../input/option-values.ts';
import { withDataset, withGraders, withWasteShare } from './log-options.ts';

export function addGrade(program: Command): void {
  withGraders(withLog(program.command('grade').summary('grade a run log against its dataset')))
    .description(
      'Grades every record of a run log, ours or one that other software wrote (see: switchyard schema run-log). ' +
        'With --json: one line a record, then a line with "summary": true. What graders of your own say is kept beside ' +
        'the log, where compare and reports find it.',
    )
    .action(async (log: string, options: GradeLogOptions) => {
      const { gradeLog } = await import('../../evaluate/grade-log.ts');
      process.exitCode = await gradeLog(log, options);
    });
  withLog(program.command('label').summary('say of each record of a run log what went right or wrong'))
    .description('Gives every record of a run log its labels; docs/evaluation.md has the rules.')
    .action(async (log: string, options: GradeLogOptions) => {
      const { labelLog } = await import('../../evaluate/grade-log.ts');
      process.exitCode = await labelLog(log, options);
    });
}

function withLog(command: Command): Command {
  return withWasteShare(
    withDataset(command.argument('<run-log.jsonl>', 'a run log; LOG:VARIANT for one variant of it')),
  )
    .option('--variant <name>', 'only this variant of the log')
    .addOption(formerOption('--arm <name>', 'variant'))
    .option('-o, --output <file>', 'write one JSON line a record to a file, too')
    .option('--json', 'print JSON lines', false);
}
