/** `switchyard judge`: models as graders, beside the grader that code is. */
import type { Command } from 'commander';
import type { JudgeLogOptions } from '../../evaluate/judge-log.ts';
import { count, each } from '../../input/option-values.ts';

export function addJudge(program: Command): void {
  program
    .command('judge')
    .summary('have the answers of a run log graded by a model')
    .description(
      'Has every answer held against a rubric made of its gold, by one model or several. Prints where they and the ' +
        "grader differ, and how far they agree. A judge that fails gives no grade, and is no failure of the arm's.",
    )
    .argument('<run-log.jsonl>')
    .requiredOption('--dataset <file.jsonl>', 'the questions with their gold')
    .option('--judge <model>', 'a model; give it several times (default: the judge of the settings)', each, [])
    .option('--seed <n>', 'decides the order of the criteria', count, 1)
    .option('-o, --output <file.jsonl>', 'write one line an answer to a file, too')
    .option('--json', 'print JSON lines', false)
    .action(async (log: string, options: JudgeLogOptions) => {
      const { judgeLog } = await import('../../evaluate/judge-log.ts');
      process.exitCode = await judgeLog(log, options);
    });
}
