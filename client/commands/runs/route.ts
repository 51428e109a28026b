/** `switchyard route`: which specialist a question would go to. */
import type { Command } from 'commander';
import type { RouteOptions } from '../../ask/route-questions.ts';

export function addRoute(program: Command): void {
  program
    .command('route')
    .summary('route questions, and measure the router')
    .description(
      'Routes one question, or those of a file of JSON lines with id, question and, to measure, expected_route. ' +
        'With --json: one line a question, then, with expected routes, a line with "summary": true.',
    )
    .argument('[question]', 'the question, in quotes; "-" reads it from stdin')
    .option('--file <file.jsonl>', 'questions, one JSON object a line')
    .option('--pipeline <name or file>', 'a pipeline that ships, or a file of your own', 'orchestrated')
    .option(
      '--repo <folder or git URL>',
      'the repository, for a router that reads what it says; that of each line of the file unless given',
    )
    .option('--json', 'print JSON lines', false)
    .action(async (question: string | undefined, options: RouteOptions) => {
      const { routeQuestions } = await import('../../ask/route-questions.ts');
      process.exitCode = await routeQuestions(question, options);
    });
}
