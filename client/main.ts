/** The command line: names every command; the code of a command is loaded when it is called. */
import { Command } from 'commander';
import { addAsk } from './commands/ask.ts';
import { addBench } from './commands/bench.ts';
import { addCompare } from './commands/compare.ts';
import { addCounterfactual } from './commands/counterfactual.ts';
import { addDataset } from './commands/dataset.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addGrade } from './commands/grade.ts';
import { addIndex } from './commands/index.ts';
import { addJudge } from './commands/judge.ts';
import { addMap } from './commands/map.ts';
import { addModel } from './commands/model.ts';
import { addPipeline } from './commands/pipeline.ts';
import { addRoute } from './commands/route.ts';
import { addRuns } from './commands/runs.ts';
import { addSchema } from './commands/schema.ts';
import { addSearch } from './commands/search.ts';
import { addTrace } from './commands/trace.ts';
import { addUp } from './commands/up.ts';
import { addVerifyLangfuse } from './commands/verify-langfuse.ts';
import { addWorker } from './commands/worker.ts';
import { exitCodeTable } from './exit-codes.ts';
import { endWhenReaderLeaves } from './output.ts';
import { mistakeText, reportFailure } from './report-failure.ts';

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
addVerifyLangfuse(program);
addModel(program);
addWorker(program);

endWhenReaderLeaves();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
