/** What people have said of answers: one file a run in the data directory, which the last rating of the run replaces. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createCipher } from '../../codecs/cipher.ts';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { inFolder, removeFile, replaceFile } from '../../lib/fs.ts';
import { systemErrorCode } from '../../lib/errors.ts';
import { traceIdOf } from '../../observability/trace-ids.ts';
import { Unreadable } from '../errors.ts';

export const RunRating = z.object({
  workflowId: z.string().min(1),
  runId: z.string().min(1),
  rating: z.enum(['good', 'bad']),
  note: z.string().max(2000).default(''),
  by: z.string().min(1).max(200),
  /** ISO 8601. */
  at: z.iso.datetime(),
});
export type RunRating = z.infer<typeof RunRating>;

type Place = Pick<Config, 'dataDirectory' | 'encryption'>;

function fileOf({ dataDirectory }: Place, runId: string): string {
  return join(dataPaths(dataDirectory).ratings, `${traceIdOf(runId)}.json`);
}

/** Null where nobody has rated it. @throws Unreadable; EncryptionKeyUnknown */
export async function readRating(place: Place, runId: string): Promise<RunRating | null> {
  const file = fileOf(place, runId);
  let stored: Buffer;
  try {
    stored = await readFile(file);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
  const text = Buffer.from(createCipher(place.encryption.keys).open(stored)).toString('utf8');
  const parsed = RunRating.safeParse(jsonOf(text));
  if (!parsed.success) throw new Unreadable(`the rating in ${file} is damaged: remove the file, and rate again`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** On return it survives a failure of the machine. */
export async function writeRating(place: Place, rating: RunRating): Promise<void> {
  const file = fileOf(place, rating.runId);
  const bytes = createCipher(place.encryption.keys).seal(Buffer.from(`${JSON.stringify(rating)}\n`, 'utf8'));
  await inFolder(dataPaths(place.dataDirectory).ratings, () => replaceFile(file, bytes, { flush: true }));
}

/** @returns whether there was one */
export function removeRating(place: Place, runId: string): Promise<boolean> {
  return removeFile(fileOf(place, runId));
}
