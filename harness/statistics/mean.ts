/** Means of figures of which some may be unknown. */

/** Null where a value is unknown, and of none: a mean of the known ones would compare different trials. */
export function meanOfAll(values: readonly (number | null)[]): number | null {
  return values.includes(null) ? null : meanOfKnown(values);
}

/** Null where none is known. */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  let [sum, known] = [0, 0];
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    known += 1;
  }
  return known === 0 ? null : sum / known;
}
