/** The command line: names every command; the code of a command is loaded when it is called. */
import { Command, CommanderError } from 'commander';
import { addAsk } from './commands/runs/ask.ts';
import { addBench } from './commands/evaluate/bench.ts';
import { addCompare } from './commands/evaluate/compare.ts';
import { addCounterfactual } from './commands/evaluate/counterfactual.ts';
import { addDataset } from './commands/evaluate/dataset.ts';
import { addDemo } from './commands/runs/demo.ts';
import { addDoctor } from './commands/setup/doctor.ts';
import { addGc } from './commands/setup/gc.ts';
import { addGrade } from './commands/evaluate/grade.ts';
import { addIndex } from './commands/repository/index.ts';
import { addJudge } from './commands/evaluate/judge.ts';
import { addMap } from './commands/repository/map.ts';
import { addModel } from './commands/setup/model.ts';
import { addPipeline } from './commands/setup/pipeline.ts';
import { addRoute } from './commands/runs/route.ts';
import { addRuns } from './commands/runs/runs.ts';
import { addSchema } from './commands/evaluate/schema.ts';
import { addSearch } from './commands/repository/search.ts';
import { addTrace } from './commands/runs/trace.ts';
import { addUp } from './commands/runs/up.ts';
import { addVerifyLangfuse } from './commands/setup/verify-langfuse.ts';
import { addWorker } from './commands/setup/worker.ts';
import { exitCodes, exitCodeTable } from './exit-codes.ts';
import { endWhenReaderLeaves, note } from './terminal/output.ts';
import { printableLine } from '../lib/printable.ts';
import { CommandFailure, Interrupted, UsageError } from '../lib/errors.ts';

const program = new Command('switchyard')
  .description('Durable multi-agent answers about a code repository, on Temporal, measured against one agent.')
  .addHelpText('after', exitCodeTable)
  .enablePositionalOptions()
  .configureOutput({ outputError: (text, write) => write(mistakeText(text)) })
  .exitOverride();

addUp(program);
addAsk(program);
addRoute(program);
addRuns(program);
addTrace(program);
addIndex(program);
addSearch(program);
addMap(program);
addDemo(program);
addPipeline(program);
addDataset(program);
addBench(program);
addCounterfactual(program);
addGrade(program);
addJudge(program);
addCompare(program);
addSchema(program);
addDoctor(program);
addGc(program);
addVerifyLangfuse(program);
addModel(program);
addWorker(program);

endWhenReaderLeaves();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}

// Turns whatever ended a command into a line on stderr and an exit code.

/** The stack of what nobody foresaw is shown: it is our mistake, and a report needs it. */
function reportFailure(error: unknown): number {
  // Commander has already printed its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.worked : exitCodes.usage;
  if (error instanceof UsageError) return tell(error, exitCodes.usage);
  if (error instanceof Interrupted) return tell(error, exitCodes.interrupted);
  if (error instanceof CommandFailure) return tell(error, exitCodes.failed);
  if (isRpcFailure(error)) return tell(new Error(`the Temporal server refused: ${rpcText(error)}`), exitCodes.failed);
  note(`switchyard: this should not happen: ${error instanceof Error ? error.stack : String(error)}`);
  return exitCodes.failed;
}

function tell(error: Error, code: number): number {
  note(`switchyard: ${printableLine(error.message)}`);
  return code;
}

/** What @temporalio/client throws for a failed call, known by name so that this file does not load it. */
function isRpcFailure(error: unknown): error is Error {
  return error instanceof Error && ['ServiceError', 'WorkflowNotFoundError'].includes(error.name);
}

function rpcText(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Commander's own words on one line, begun as ours are. */
function mistakeText(text: string): string {
  return `switchyard: ${printableLine(text.replace(/^error: /, ''))}\n`;
}
