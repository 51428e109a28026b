/** What finders know of the whole repository: its files, and where each name of code is defined. */
import type { Fact } from '../contracts/dataset.ts';
import type { SourceFile } from '../contracts/evaluation/question-making.ts';
import { codeFact, type Enclosing, readFile, type ReadFile } from './candidate.ts';
import { looksGenerated } from './generated-text.ts';

/** A repository with more text is read in part: the finders need no more to choose from. */
const mostCharacters = 80_000_000;
/** A longer file is data, or written by a program. */
const mostOfOne = 400_000;

/**
 * The facts by which an answer names a function: its name; with its class where other functions have that name, too.
 * Null where nothing tells it from those.
 */
export function namingFacts({ definitions }: Corpus, { names, owner }: Enclosing): Fact[] | null {
  const unique = names.filter((name) => (definitions.get(name) ?? []).length <= 1);
  const wordings = (unique.length > 0 ? unique : names).map((text) => ({ text, match: 'code' as const }));
  if (unique.length > 0) return [wordings];
  return owner === null || !/^[A-Z]/.test(owner) ? null : [wordings, codeFact(owner)];
}

export type Definition = SourceFile['definitions'][number];
export type Corpus = {
  /** The name of the repository. */
  repository: string;
  files: ReadFile[];
  /** Of code that is no test, by name. */
  definitions: Map<string, { file: ReadFile; definition: Definition }[]>;
  /** Files that were left out. */
  unread: number;
};

/** Reads files once; what a program has written, and what is too much, is left out and counted. */
export async function readCorpus(files: AsyncIterable<SourceFile>, repository: string): Promise<Corpus> {
  const corpus: Corpus = { repository, files: [], definitions: new Map(), unread: 0 };
  let characters = 0;
  for await (const file of files) {
    const wanted = file.text.length <= mostOfOne && characters + file.text.length <= mostCharacters;
    if (!wanted || looksGenerated(file.text)) {
      corpus.unread += 1;
      continue;
    }
    characters += file.text.length;
    const read = readFile(file);
    corpus.files.push(read);
    if (file.class !== 'code') continue;
    for (const definition of file.definitions) {
      const there = corpus.definitions.get(definition.name);
      if (there === undefined) corpus.definitions.set(definition.name, [{ file: read, definition }]);
      else there.push({ file: read, definition });
    }
  }
  return corpus;
}
