/** Parses the JSON of servers that write numbers as Python and C do. */

const barewords = ['-Infinity', 'Infinity', '-infinity', 'infinity', '-inf', 'inf', 'NaN', 'nan'];

const perhaps = /\b(?:inf(?:inity)?|nan)\b/i;

/**
 * As JSON.parse; where that fails, `Infinity` and `NaN` outside of strings count as null. Linear in the text.
 * @throws SyntaxError
 */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!perhaps.test(text)) throw error;
    return JSON.parse(withNulls(text));
  }
}

/** The same as text that JSON.parse takes; as it is where it cannot be read. */
export function strictJson(text: string): string {
  if (!perhaps.test(text)) return text;
  try {
    return JSON.stringify(parseLenientJson(text));
  } catch {
    return text;
  }
}

function withNulls(text: string): string {
  const parts: string[] = [];
  let from = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (inString) {
      if (sign === '\\') at += 1;
      else if (sign === '"') inString = false;
    } else if (sign === '"') inString = true;
    else if (sign === '-' || sign === 'I' || sign === 'i' || sign === 'N' || sign === 'n') {
      const word = barewords.find((each) => text.startsWith(each, at));
      if (word === undefined) continue;
      parts.push(text.slice(from, at), 'null');
      from = at + word.length;
      at = from - 1;
    }
  }
  return parts.join('') + text.slice(from);
}
