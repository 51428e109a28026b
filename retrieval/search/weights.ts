/** Every number that ranking goes by, in one table; docs/retrieval.md shows what each is worth. */
import type { FileClass } from '../snapshot/file-class.ts';

export type SearchKind = 'code' | 'docs' | 'all';

export type Weights = {
  /** BM25 weights of the index's columns. */
  columns: { path: number; names: number; parts: number; body: number; comments: number };
  /** A file's score is the sum of its best chunks' scores, each times its share. */
  chunkShares: readonly number[];
  /** A file's score is multiplied by its class's prior, by the kind of search; 0 leaves the class out. */
  priors: Readonly<Record<SearchKind, Readonly<Record<FileClass, number>>>>;
  /** What a word of the query counts, by where it stands. */
  zones: { title: number; prose: number; inline: number; block: number; trace: number; noise: number };
  /** Times this where the word is written as an identifier (camelCase, snake_case, dotted). */
  identifier: number;
  /** Words in a row: quoted messages and identifiers of several words, searched as phrases. */
  phrase: number;
  /** Two words of the query that follow each other, searched as a phrase: an identifier's parts follow each other too. */
  pair: number;
  /** Added to a file, as a share of the best score: it is named by its path, alone or with a line. */
  namedFile: number;
  namedLine: number;
  /** Added to files that define a symbol which the query spells exactly; divided among them. */
  symbol: number;
  /** The same for a symbol that two or three words in a row of the query spell together (`default route`: defaultRoute). */
  composedSymbol: number;
  /** Added to what the best files import, as a share of the score of the best file that does. */
  imported: number;
};

export const defaultWeights: Weights = {
  columns: { path: 3, names: 2, parts: 1, body: 1, comments: 1 },
  chunkShares: [1, 0.2],
  priors: {
    all: { code: 1, test: 0.75, docs: 0.6, sample: 0.8, config: 0.7, generated: 0.4 },
    code: { code: 1, test: 0.2, docs: 0.2, sample: 0.6, config: 0.3, generated: 0.3 },
    docs: { code: 0, test: 0, docs: 1, sample: 0, config: 0, generated: 0 },
  },
  zones: { title: 1.5, prose: 1, inline: 1.5, block: 0.5, trace: 0.5, noise: 0 },
  identifier: 1.5,
  phrase: 1,
  pair: 0.3,
  namedFile: 0.8,
  namedLine: 1,
  symbol: 0.25,
  composedSymbol: 0.2,
  imported: 0.1,
};
