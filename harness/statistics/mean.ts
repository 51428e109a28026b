/** Means of figures of which some may be unknown. */

/** Null where a value is unknown, and of none: a mean of the known ones would compare different trials. */
export function meanOfAll(values: readonly (number | null)[]): number | null {
  return meanOver(values, (value) => value);
}

/** `meanOfAll` of a figure of each item, without a list of the figures. */
export function meanOver<Item>(items: readonly Item[], figureOf: (item: Item) => number | null): number | null {
  let sum = 0;
  for (const item of items) {
    const figure = figureOf(item);
    if (figure === null) return null;
    sum += figure;
  }
  return items.length === 0 ? null : sum / items.length;
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
