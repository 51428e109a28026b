/** Means of figures of which some may be unknown. */

/** Null where a value is unknown, and of none: a mean of the known ones would compare different trials. */
export function meanOfAll(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : meanOfKnown(known);
}

/** Null where none is known. */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
