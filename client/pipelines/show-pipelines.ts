/** Checks, lists and shows pipelines. */
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { exitCodes } from '../exit-codes.ts';
import { inColumns, note, print, printFile, printJson } from '../terminal/output.ts';
import { loadPipeline, pipelineFile, readPipelineFile } from '../../application/pipelines/pipeline-files.ts';
import { shippedPipelines } from '../../application/pipelines/shipped-pipelines.ts';
import { mistakeLine } from '../../application/pipelines/pipeline-mistakes.ts';

/** Every mistake on a line of its own, on stderr; with `json` all of them in one object on stdout. */
export async function checkPipeline(nameOrFile: string, json: boolean): Promise<number> {
  const reading = await readPipelineFile(await pipelineFile(nameOrFile));
  const mistakes = 'spec' in reading ? [] : reading.mistakes;
  if (json) printJson({ file: nameOrFile, valid: mistakes.length === 0, mistakes });
  else if ('spec' in reading) print(`${nameOrFile} is a pipeline: ${describe(reading.spec)}`);
  else for (const mistake of mistakes) note(mistakeLine(nameOrFile, mistake));
  return mistakes.length === 0 ? exitCodes.worked : exitCodes.usage;
}

export async function listPipelines(json: boolean): Promise<number> {
  const specs = await Promise.all((await shippedPipelines()).map((each) => loadPipeline(each)));
  if (json)
    printJson(
      specs.map(({ name, description, specialists }) => ({
        name,
        description,
        routes: specialists.map((each) => each.name),
      })),
    );
  else print(inColumns(specs.map((spec) => [spec.name, describe(spec)])).join('\n'));
  return exitCodes.worked;
}

export async function showPipeline(nameOrFile: string): Promise<number> {
  printFile(await loadPipeline(nameOrFile));
  return exitCodes.worked;
}

function describe({ specialists, router, gate }: PipelineSpec): string {
  const names = specialists.map((specialist) => specialist.name).join(', ');
  const parts = [
    `${specialists.length === 1 ? 'specialist' : 'specialists'} ${names}`,
    router === null ? 'no router' : `falls back to ${router.fallback}`,
    gate === null
      ? 'no gate'
      : `gate with ${gate.retryLimit} ${gate.retryLimit === 1 ? 'retry' : 'retries'}${gate.judge === null ? '' : ' and a judge'}`,
  ];
  return parts.join('; ');
}
