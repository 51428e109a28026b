/** Finds the JSON object in what a model wrote, whatever it put around it. */
import { objectsIn } from '../lib/json-scan.ts';

/** Schema for `responseFormat`, in the strict form that providers ask for: every field required, nothing more allowed. */
export type ReplySchema = { name: string; schema: Record<string, unknown> };

/** Returns the first whole JSON object of a text, or null: fences and prose around it are fine, a cut object is not. */
export function findJsonObject(text: string): Record<string, unknown> | null {
  return searchJsonObject(text).object;
}

/** The same, with the count of characters that it read. */
export function searchJsonObject(text: string): { object: Record<string, unknown> | null; read: number } {
  const search = objectsIn(text);
  for (const { start, end } of search.found)
    return { object: JSON.parse(text.slice(start, end + 1)) as Record<string, unknown>, read: search.read() };
  return { object: null, read: search.read() };
}
