/** Finds the JSON object in what a model wrote, whatever it put around it. */

/** Schema for `responseFormat`, in the strict form that providers ask for: every field required, nothing more allowed. */
export type ReplySchema = { name: string; schema: Record<string, unknown> };

/** Returns the outermost JSON object of a text, or null: fences and prose around it are fine, a cut object is not. */
export function findJsonObject(text: string): Record<string, unknown> | null {
  for (let start = text.indexOf('{'); start !== -1; start = text.indexOf('{', start + 1)) {
    const end = endOfObject(text, start);
    if (end === -1) continue;
    const value = parseObject(text.slice(start, end + 1));
    if (value !== null) return value;
  }
  return null;
}

/** Index of the brace that closes the object opened at `start`, or -1; braces inside strings do not count. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // not JSON: the caller looks further or says so
  }
}
