/** Names what the tools of a worker are made of: where it is the same, so is what they give for a snapshot. */
import type { Config } from '../config/config.ts';
import { fingerprintOf } from '../lib/own-files.ts';

/** All that built-in tools are made of. */
const sourceFolders = ['retrieval', 'lib', 'contracts'];

/** SHA-256 (hex) over sources and what search is set to. */
export function toolsVersion({ embeddings }: Pick<Config, 'embeddings'>): string {
  const { apiKey: _apiKey, ...search } = embeddings ?? { apiKey: null };
  return fingerprintOf(sourceFolders, JSON.stringify(search));
}
