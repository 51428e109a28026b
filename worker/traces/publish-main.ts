/**
 * Command: sends the benchmark that its first argument names to Langfuse, and prints one JSON line a run. With `--all` as
 * the second, traces that Langfuse has go out again. It ends with the process that started it.
 */
import { loadConfig } from '../../config/load-config.ts';
import { openPriceList } from '../../config/price-list.ts';
import { messageOf } from '../../lib/errors.ts';
import { endWithParent } from '../../lib/tied-child.ts';
import { createRetrieval } from '../../retrieval/repository.ts';
import { foldersOf } from '../benchmarks.ts';
import { redactorOf } from '../../config/redactor.ts';
import { openStores } from '../stores.ts';
import { publishBenchmark } from './publish.ts';
import { renderingOver } from './rendering.ts';

endWithParent();
try {
  const [id = '', again] = process.argv.slice(2);
  const config = loadConfig(process.env);
  const { langfuse, environment, release } = config.traces;
  if (langfuse === null) throw new Error('no Langfuse is configured');
  const folder = await foldersOf(config).open(id);
  await using stores = await openStores(config, true);
  await using retrieval = createRetrieval({ dataDirectory: config.indexDirectory, toolModules: config.toolModules });
  const parts = { content: stores.content, retrieval, prices: await openPriceList(config.model) };
  const rendering = { ...renderingOver(config, parts), redactor: redactorOf(config), environment, release };
  const { signal } = new AbortController();
  for await (const run of publishBenchmark(folder, { langfuse, rendering, all: again === '--all', signal }))
    process.stdout.write(`${JSON.stringify(run)}\n`);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
