/** How long what is stored may still be needed, whatever the retention: what decides about deleting holds to these. */

export const dayMs = 86_400_000;
/** No activity takes longer from storing something to telling the server so; nor a command from opening to using. */
export const graceMs = 3_600_000;
/** No run is open for longer: `backstop` in contracts/names.ts, and a day for clocks that differ. */
export const longestRunMs = 91 * dayMs;
