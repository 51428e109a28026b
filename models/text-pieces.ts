/** Cuts texts that are too long for a model, and puts the vectors of the pieces together. */

/** Pieces of at most `most` characters, cut after a line where one ends in the second half of a piece. */
export function cutText(text: string, most: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = from + most >= text.length ? text.length : from + cutAt(text.slice(from, from + most));
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces.length === 0 ? [text] : pieces;
}

function cutAt(piece: string): number {
  const line = piece.lastIndexOf('\n') + 1;
  if (line > piece.length / 2) return line;
  return piece.length > 1 && /[\ud800-\udbff]$/.test(piece) ? piece.length - 1 : piece.length;
}

/** The mean of vectors, each counted by its weight, brought to length 1; null where there is nothing to take it of. */
export function meanVector(parts: readonly { vector: Float32Array | null; weight: number }[]): Float32Array | null {
  let sum: Float32Array | null = null;
  for (const { vector, weight } of parts) {
    if (vector === null) continue;
    sum ??= new Float32Array(vector.length);
    for (let at = 0; at < vector.length; at += 1) sum[at] = (sum[at] ?? 0) + (vector[at] ?? 0) * weight;
  }
  return sum === null ? null : unitVector(sum);
}

/** Null for a vector without a direction. */
export function unitVector(vector: Float32Array): Float32Array | null {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  return Number.isFinite(length) && length > 0 ? vector.map((value) => value / length) : null;
}
