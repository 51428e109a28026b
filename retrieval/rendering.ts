/** Turns places into the one text form that every model reads, within fixed bounds. */

/** Raised when the same places would give other bytes. */
export const toolRenderer = 1;
