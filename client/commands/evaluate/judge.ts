/** `switchyard judge`: models as graders, beside the grader that code is. */
import type { Command } from 'commander';
import type { JudgeLogOptions } from '../../evaluate/judge-log.ts';
import { count, each } from '../../input/option-values.ts';
import { withDataset } from './log-options.ts';

export function addJudge(program: Command): void {
  withDataset(program.command('judge').summary('have the answers of a run log graded by a model'))
    .description(
      'Has every answer held against a rubric made of its ground truth, by one model or several. Prints where they and the ' +
        "grader differ, and how far they agree. A judge that fails gives no grade, and is no failure of the variant's.",
    )
    .argument('<run-log.jsonl>', 'a run log')
    .option('--judge <model>', 'a model; give it several times; the judge of the settings unless given', each, [])
    .option('--seed <n>', 'decides the order of the criteria', count, 1)
    .option('-o, --output <file>', 'write one JSON line an answer to a file, too')
    .option('--json', 'print JSON lines', false)
    .action(async (log: string, options: JudgeLogOptions) => {
      const { judgeLog } = await import('../../evaluate/judge-log.ts');
      process.exitCode = await judgeLog(log, options);
    });
}
