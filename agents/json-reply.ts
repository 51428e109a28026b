/** Finds the JSON object in what a model wrote, whatever it put around it. */
import { scanObject } from './json-scan.ts';

/** Schema for `responseFormat`, in the strict form that providers ask for: every field required, nothing more allowed. */
export type ReplySchema = { name: string; schema: Record<string, unknown> };

/** A brace that can open an object; what follows the brace is read again by the scan, and by nothing else. */
const candidate = /\{(?=[ \t\n\r]*["}])/g;

/** Returns the first whole JSON object of a text, or null: fences and prose around it are fine, a cut object is not. */
export function findJsonObject(text: string): Record<string, unknown> | null {
  return searchJsonObject(text).object;
}

/**
 * The same, with the count of characters that it read. A brace is tried only where no earlier attempt has settled it:
 * what an attempt met as a value inside is whole or broken whichever brace one starts from, so only a brace inside a
 * string of a failed attempt is new. A place is inside a string for at most one of two attempts that are alive there;
 * so no place is read by more than two, and the work is linear in the text.
 */
export function searchJsonObject(text: string): { object: Record<string, unknown> | null; read: number } {
  const settled = new Map<number, number>();
  let read = 0;
  for (const { index: start } of text.matchAll(candidate)) {
    let end = settled.get(start);
    settled.delete(start);
    if (end === undefined) {
      const scanned = scanObject(text, start);
      read += scanned.stoppedAt - start;
      end = scanned.end;
      for (const open of scanned.open) if (open !== start) settled.set(open, -1);
      if (scanned.firstWhole !== null) settled.set(scanned.firstWhole.start, scanned.firstWhole.end);
    }
    if (end !== -1) return { object: JSON.parse(text.slice(start, end + 1)) as Record<string, unknown>, read };
  }
  return { object: null, read };
}
