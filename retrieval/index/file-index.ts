/** Reads one file into what the index holds of it: slow work that needs neither the store nor a lock. */
import { type Chunk, chunkLines, chunkPieces } from './chunks.ts';
import { type Definition, findDefinitions } from './definitions.ts';
import { type Grammar, hasGrammar } from './grammars.ts';
import { type CountedReference, readSyntax, type Syntax } from './syntax.ts';
import { linesOf } from '../snapshot/text-files.ts';
import { camelCaseParts, nameWords } from './words.ts';

export type UnindexedFile = { id: number; path: string; text: string };
export type FileIndex = {
  id: number;
  /** False when there is a grammar for it that could not read it. */
  parsed: boolean;
  definitions: Definition[];
  references: CountedReference[];
  imports: string[];
  chunks: (Chunk & { path: string; body: string; parts: string; comments: string })[];
};

/** @param grammar null reads the file without its syntax, which is then counted as not read */
export function readFileIndex({ id, path, text }: UnindexedFile, grammar: Grammar | null): FileIndex {
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
  const { references, imports } = syntax ?? { references: [], imports: [] };
  return { id, parsed: syntax !== null || !hasGrammar(path), definitions, references, imports, chunks };
}

/** The comments that lie in a chunk; one that crosses its end stays in the text. */
function commentsIn(syntax: Syntax | null, { first, last }: Chunk): string[] {
  const inside = syntax?.comments.filter((one) => one.line >= first && one.last <= last) ?? [];
  return inside.map((one) => one.text);
}
