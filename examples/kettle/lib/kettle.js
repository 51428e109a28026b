// The hob is cut off above this many degrees.
export const limit = 110;

/** Boils litres of water and returns the seconds that it takes. */
export function boil(litres) {
  if (litres < 1) throw new Error('KETTLE_EMPTY');
  // TODO: a lid makes it faster
  return litres * 240;
}
