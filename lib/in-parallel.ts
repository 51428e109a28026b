/** Does a number of pieces of work side by side and hands over the results in the order of the pieces. */

/**
 * At most `width` pieces at a time; `take` gets result n as soon as results 0 to n are there. The first error ends it:
 * nothing new is begun, and what runs is waited for. An aborted signal begins nothing new either.
 */
export async function inParallel<Piece, Result>(
  pieces: readonly Piece[],
  options: { width: number; signal: AbortSignal },
  work: (piece: Piece) => Promise<Result>,
  take: (result: Result, piece: Piece) => void,
): Promise<void> {
  const done = new Map<number, Result>();
  let begun = 0;
  let taken = 0;
  let failed = false;
  const lane = async () => {
    while (begun < pieces.length && !failed && !options.signal.aborted) {
      const at = begun;
      begun += 1;
      const piece = pieces[at] as Piece;
      try {
        done.set(at, await work(piece));
      } catch (error) {
        failed = true;
        throw error;
      }
      for (let result = done.get(taken); done.has(taken); result = done.get(taken)) {
        take(result as Result, pieces[taken] as Piece);
        done.delete(taken);
        taken += 1;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: options.width }, lane));
  for (const end of lanes) if (end.status === 'rejected') throw end.reason;
}
