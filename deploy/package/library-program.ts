/** A program that uses the npm package, by its files: what `npm run test:package` types and runs. */

/** @param name of the package */
export function program(name: string): Record<string, string> {
  return {
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        ...{ module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'], strict: true, noEmit: true },
        ...{ skipLibCheck: true, allowImportingTsExtensions: true, types: [] },
      },
      include: ['program.ts', 'workflows.ts'],
    }),
    'workflows.ts': `
import { type AnswerOutcome, gaveUp, type QuestionInput, route, runQuestion } from '${name}/steps';
export * from '${name}/workflows';
export const ownWorkflow = (input: QuestionInput): Promise<AnswerOutcome> =>
  runQuestion(input, async (run) => gaveUp(run, await route(run)));
`,
    'program.ts': `
import { bundleWorkflowCode } from '@temporalio/worker';
import { createActivities } from '${name}/activities';
import { watchRun } from '${name}/application';
import { QuestionInput } from '${name}/contracts/run';
import { type AnswerOutcome, connectSwitchyard, createSwitchyard, type SwitchyardOptions, startSwitchyard } from '${name}';
import { evaluate } from '${name}/evaluate';
import type { OwnGrader } from '${name}/graders';
import { defineTool, renderPlaces } from '${name}/tools';

declare const process: { stdout: { write(text: string): void } };
declare const console: { error(text: string): void };

const options: SwitchyardOptions = { settings: { SWITCHYARD_TASK_QUEUE: 'answers' } };
export const start = () => startSwitchyard(options);
export const answerOf = ({ state }: AnswerOutcome): string | null => state.final_answer;
export const isShort: OwnGrader = ({ final_answer }) => (final_answer ?? '').length < 600;
const functions = [createActivities, watchRun, evaluate, defineTool, renderPlaces, QuestionInput.parse];
for (const each of [...functions, connectSwitchyard, createSwitchyard])
  if (typeof each !== 'function') throw new Error('an entry is missing');
const { code } = await bundleWorkflowCode({ workflowsPath: import.meta.dirname + '/workflows.ts' });
process.stdout.write(['ownWorkflow', 'answerQuestion'].filter((name) => code.includes(name)).join(' and '));
`,
  };
}
