/** Which characters no part of a regular expression tells apart: on texts that differ in these only it takes the same steps. */
import type { CountedRegex } from './regex-steps.ts';
import type { Choice, Piece } from './regex-syntax.ts';

/** What is the same for texts of one length that the expression does not tell apart. */
export type Likeness = (text: string) => string;

export function likenessOf(regex: CountedRegex): Likeness {
  const pieces = regex.tree.flatMap(piecesOfRow);
  // It asks whether characters are the same, whatever they are.
  if (pieces.some(({ kind }) => kind === 'reference')) return (text) => text;
  const sources = new Set(pieces.flatMap((piece) => (piece.kind === 'character' ? [piece.source] : [])));
  // Told apart by edges.
  const tests = [...sources, '\\w', '[\\n\\r\\u2028\\u2029]'];
  const kinds = new Map<string, string>();
  const standIns = new Map<string, string>();
  const standIn = (character: string) => {
    const known = standIns.get(character);
    if (known !== undefined) return known;
    const kind = tests.map((source) => (regex.accepts(source, character) ? '1' : '0')).join('');
    const first = kinds.get(kind) ?? character;
    kinds.set(kind, first);
    standIns.set(character, first);
    return first;
  };
  return (text) => text.split('').map(standIn).join('');
}

function piecesOfRow(row: readonly Piece[]): Piece[] {
  return row.flatMap((piece) => [piece, ...bodyOf(piece).flatMap(piecesOfRow)]);
}

function bodyOf(piece: Piece): Choice {
  if (piece.kind === 'repeat') return [[piece.body]];
  return piece.kind === 'group' || piece.kind === 'look' ? piece.body : [];
}
