/** The pipelines that ship. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const shippedFolder = fileURLToPath(new URL('../../pipelines/', import.meta.url));

/** Their names, sorted. */
export async function shippedPipelines(): Promise<string[]> {
  const files = await readdir(shippedFolder);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}
