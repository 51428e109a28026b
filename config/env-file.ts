/** Reads the text of a `.env` file: one NAME=value a line, comments, single or double quotes; nothing is expanded. */

export type EnvFile = { path: string; text: string };

/** `mistakes` name the file and the line, never the line's text: it may hold a key. */
export type EnvLines = { values: Record<string, string>; mistakes: string[] };

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const quoted = /^(["'])(.*)\1\s*(?:#.*)?$/;

export function parseEnvFile({ path, text }: EnvFile): EnvLines {
  const values: Record<string, string> = {};
  const mistakes: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, written = ''] = assignment.exec(line) ?? [];
    const value = name === undefined ? null : unquote(written);
    if (name === undefined) mistakes.push(`${path}:${index + 1}: expected NAME=value, a comment or an empty line`);
    else if (value === null)
      mistakes.push(`${path}:${index + 1}: ${name} has an opening quote without its closing one`);
    else values[name] = value;
  }
  return { values, mistakes };
}

function unquote(written: string): string | null {
  if (/^["']/.test(written)) return quoted.exec(written)?.[2] ?? null;
  return written.replace(/(^|\s)#.*$/, '').trim();
}
