/** Tells which words the index takes for the same: its own tokenizer is asked, so that the two can never differ. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';

type Stemmer = { add: StatementSync; read: StatementSync; clear: StatementSync };

let stemmer: Stemmer | null = null;

/** The stem of each word; a word of which the tokenizer makes several or none stands for itself. */
export function stemsOf(words: readonly string[]): Map<string, string> {
  stemmer ??= openStemmer();
  for (const [at, word] of words.entries()) stemmer.add.run(at + 1, word);
  const found = Map.groupBy(stemmer.read.all(), ({ doc }) => Number(doc) - 1);
  stemmer.clear.run();
  return new Map(
    words.map((word, at) => {
      const stems = found.get(at) ?? [];
      return [word, stems.length === 1 ? String(stems[0]?.term) : word];
    }),
  );
}

function openStemmer(): Stemmer {
  const store = new DatabaseSync(':memory:');
  store.exec(`CREATE VIRTUAL TABLE word USING fts5 (text, tokenize = 'porter unicode61');
    CREATE VIRTUAL TABLE stem USING fts5vocab (word, instance)`);
  return {
    add: store.prepare('INSERT INTO word (rowid, text) VALUES (?, ?)'),
    read: store.prepare('SELECT DISTINCT term, doc FROM stem'),
    clear: store.prepare('DELETE FROM word'),
  };
}
