/** Makes a snapshot's stored text searchable, file by file, in short transactions that a kill cannot tear. */
import type { DatabaseSync } from 'node:sqlite';
import { type Chunk, chunkLines, chunkPieces } from './chunks.ts';
import { type Definition, findDefinitions } from './definitions.ts';
import { type Grammar, grammarFor } from './grammars.ts';
import { inTransaction } from './store.ts';
import { readSyntax, type Syntax } from './syntax.ts';
import { linesOf } from './text-files.ts';
import type { OnProgress } from './thread-tasks.ts';
import { camelCaseParts, nameWords } from './words.ts';

/** Characters of text indexed in one transaction: a fraction of a second of work. */
const batchCharacters = 500_000;

type Unindexed = { id: number; path: string; text: string };
type Indexed = {
  id: number;
  /** False when there is a grammar for it that could not read it. */
  parsed: boolean;
  definitions: Definition[];
  chunks: (Chunk & { path: string; body: string; parts: string; comments: string })[];
};

/** Indexes what is not indexed yet. Files that another process finishes meanwhile are left to it. */
export async function indexSnapshot(
  store: DatabaseSync,
  snapshot: number,
  total: number,
  onProgress: OnProgress,
): Promise<void> {
  const nextFiles = store.prepare(`
    SELECT file.id, file.path, blob.text FROM snapshot_file
    JOIN file ON file.id = snapshot_file.file JOIN blob ON blob.id = file.blob
    WHERE snapshot_file.snapshot = ? AND file.id > ? AND file.indexed = 0 ORDER BY file.id`);
  const write = fileWriter(store);
  let done = 0;
  for (let last = 0; ; ) {
    const batch: Indexed[] = [];
    let characters = 0;
    for (const row of nextFiles.iterate(snapshot, last)) {
      const file: Unindexed = { id: Number(row.id), path: String(row.path), text: String(row.text) };
      batch.push(readFile(file, await grammarFor(file.path)));
      last = file.id;
      characters += file.text.length;
      if (characters > batchCharacters || batch.length >= 500) break;
    }
    if (batch.length === 0) break;
    inTransaction(store, () => batch.forEach(write));
    done += batch.length;
    onProgress({ stage: 'indexing', done, total });
  }
  store.prepare(`UPDATE snapshot SET state = 'ready' WHERE number = ?`).run(snapshot);
}

/** What a file adds to the index; slow work that needs no lock. */
function readFile({ id, path, text }: Unindexed, grammar: Grammar | null): Indexed {
  const lines = linesOf(text);
  const syntax = grammar === null ? null : readSyntax(grammar, text, lines.length);
  const definitions = syntax?.definitions ?? findDefinitions(path, lines);
  const cut = syntax === null ? chunkLines(lines, definitions) : chunkPieces(lines, definitions, syntax.ends);
  const pathWords = nameWords(path);
  const chunks = cut.map((chunk) => {
    const whole = lines.slice(chunk.first - 1, chunk.last).join('\n');
    const comments = commentsIn(syntax, chunk);
    let body = whole;
    for (const comment of comments) body = body.replace(comment, () => ' ');
    return { ...chunk, path: pathWords, body, parts: camelCaseParts(whole), comments: comments.join('\n') };
  });
  return { id, parsed: grammar === null || syntax !== null, definitions, chunks };
}

/** The comments that lie in a chunk; one that crosses its end stays in the text. */
function commentsIn(syntax: Syntax | null, { first, last }: Chunk): string[] {
  const inside = syntax?.comments.filter((one) => one.line >= first && one.last <= last) ?? [];
  return inside.map((one) => one.text);
}

function fileWriter(store: DatabaseSync): (file: Indexed) => void {
  const claim = store.prepare('UPDATE file SET indexed = ? WHERE id = ? AND indexed = 0');
  const addChunk = store.prepare('INSERT INTO chunk (file, first, last, symbol, kind) VALUES (?, ?, ?, ?, ?)');
  const addWords = store.prepare(
    'INSERT INTO chunk_words (rowid, path, names, parts, body, comments) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const addDefinition = store.prepare('INSERT OR IGNORE INTO definition VALUES (?, ?, ?, ?, ?, ?)');
  return ({ id, parsed, definitions, chunks }) => {
    if (claim.run(parsed ? 1 : 2, id).changes === 0) return;
    for (const { first, last, symbol, names, path, parts, body, comments } of chunks) {
      const { lastInsertRowid } = addChunk.run(id, first, last, symbol?.name ?? null, symbol?.kind ?? null);
      addWords.run(lastInsertRowid, path, names.map(nameWords).join(' '), parts, body, comments);
    }
    for (const { line, name, kind, last } of definitions) {
      addDefinition.run(id, line, name, kind, name.toLowerCase(), last);
    }
  };
}
