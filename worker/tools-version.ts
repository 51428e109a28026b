/** Names what the tools of a worker are made of: where it is the same, so is what they give for a snapshot. */
import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { sourcesIn } from '../lib/own-files.ts';

/** All that built-in tools are made of. */
const sourceFolders = ['retrieval', 'lib', 'contracts'];

/** SHA-256 (hex) over sources and what search is set to. */
export function toolsVersion({ embeddings }: Pick<Config, 'embeddings'>): string {
  const { apiKey: _apiKey, ...search } = embeddings ?? { apiKey: null };
  return fingerprintOf(sourceFolders, JSON.stringify(search));
}

/** SHA-256 (hex) of the sources in folders of ours, and of whatever else counts. */
export function fingerprintOf(folders: readonly string[], more: string): string {
  const hash = createHash('sha256').update(`${more}\n`);
  for (const [name, text] of sourcesIn(folders)) hash.update(`${name}\n${text.length}\n`).update(text);
  return hash.digest('hex');
}
