/** Names every command of the command line; the code of a command is loaded when it is called. */
import { Command } from 'commander';
import { addAsk } from './commands/runs/ask.ts';
import { addBench } from './commands/evaluate/bench.ts';
import { addExercise } from './commands/evaluate/bench-results.ts';
import { addCompare } from './commands/evaluate/compare.ts';
import { addCounterfactual } from './commands/evaluate/counterfactual.ts';
import { addDataset } from './commands/evaluate/dataset.ts';
import { addDemo } from './commands/runs/demo.ts';
import { addDoctor } from './commands/setup/doctor.ts';
import { addGc } from './commands/setup/gc.ts';
import { addGrade } from './commands/evaluate/grade.ts';
import { addIndex } from './commands/repository/index.ts';
import { addJudge } from './commands/evaluate/judge.ts';
import { addCodecServer, addKeys } from './commands/setup/keys.ts';
import { addMap } from './commands/repository/map.ts';
import { addMcp } from './commands/surfaces/mcp.ts';
import { addLimits } from './commands/setup/limits.ts';
import { addModel } from './commands/setup/model.ts';
import { addPipeline } from './commands/setup/pipeline.ts';
import { addReplay } from './commands/runs/replay.ts';
import { addRoute } from './commands/runs/route.ts';
import { addRouter } from './commands/evaluate/router.ts';
import { addRuns } from './commands/runs/runs.ts';
import { addSchema } from './commands/evaluate/schema.ts';
import { addSearch } from './commands/repository/search.ts';
import { addChat, addThreads } from './commands/threads/threads.ts';
import { addMemory } from './commands/threads/memory.ts';
import { addTrace } from './commands/runs/trace.ts';
import { addUp } from './commands/runs/up.ts';
import { addVerifyLangfuse } from './commands/setup/verify-langfuse.ts';
import { addWorker } from './commands/setup/worker.ts';
import { exitCodeTable } from './exit-codes.ts';
import { addVersion, optionDescription } from './terminal/help-style.ts';
import { mistakeText } from './terminal/mistake-text.ts';

/** In the order in which help lists them. */
const commands: readonly ((program: Command) => void)[] = [
  addUp,
  addAsk,
  addChat,
  addThreads,
  addMemory,
  addRoute,
  addRuns,
  addTrace,
  addReplay,
  addIndex,
  addSearch,
  addMap,
  addMcp,
  addDemo,
  addPipeline,
  addDataset,
  addRouter,
  addBench,
  addExercise,
  addCounterfactual,
  addGrade,
  addJudge,
  addCompare,
  addSchema,
  addDoctor,
  addGc,
  addVerifyLangfuse,
  addLimits,
  addKeys,
  addCodecServer,
  addModel,
  addWorker,
  addVersion,
];

export function createProgram(): Command {
  const program = new Command('switchyard')
    .description('Durable multi-agent answers about a code repository, on Temporal, measured against one agent.')
    .addHelpText('after', exitCodeTable)
    .enablePositionalOptions()
    .configureOutput({ outputError: (text, write) => write(mistakeText(text)) })
    .configureHelp({ optionDescription })
    .exitOverride();
  for (const add of commands) add(program);
  return program;
}
