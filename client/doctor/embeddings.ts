/** Tries the endpoint that embeds, where one is configured. */
import type { Config } from '../../config/config.ts';
import { startEmbedder } from '../embedder-process.ts';
import { printableLine } from '../output.ts';
import { type Finding, later, missing, ok } from './finding.ts';

/** Search works without it: what is wrong with it is told, and makes nothing unhealthy that was not asked for. */
export async function embeddingsFinding({ embeddings }: Config): Promise<Finding> {
  if (embeddings === null)
    return later(
      'embeddings',
      'not configured, search is by words alone',
      'set SWITCHYARD_EMBEDDINGS_MODEL to use them',
    );
  await using embedder = startEmbedder(embeddings);
  try {
    const signal = AbortSignal.timeout(embeddings.timeoutSeconds * 1000);
    const [vector] = await embedder.embeddings.embed(['a function that adds two numbers'], 'query', signal);
    if (vector === null || vector === undefined)
      return missing('embeddings', 'the endpoint refused a short text', 'look at SWITCHYARD_EMBEDDINGS_MODEL');
    return ok('embeddings', `${embeddings.model} gives vectors of ${vector.length} numbers`);
  } catch (error) {
    const why = printableLine(error instanceof Error ? error.message : String(error));
    return missing('embeddings', why, 'search goes by words alone until it answers');
  }
}
