/** What runs inside a thread that reads files for the index. */
import { type FileIndex, readFileIndex, type UnindexedFile } from './file-index.ts';

/** The entry point for the pool. */
export async function readBatch(files: readonly UnindexedFile[]): Promise<FileIndex[]> {
  const read: FileIndex[] = [];
  for (const file of files) read.push(await readFileIndex(file));
  return read;
}
