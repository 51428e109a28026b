/** What runs inside a thread that reads files for the index. */
import { type FileIndex, readFileIndex, type UnindexedFile } from '../index/file-index.ts';
import { grammarFor } from '../index/grammars.ts';

/** The entry point for the pool. */
export async function readBatch(files: readonly UnindexedFile[]): Promise<FileIndex[]> {
  const read: FileIndex[] = [];
  for (const file of files) read.push(readFileIndex(file, await grammarFor(file.path)));
  return read;
}
