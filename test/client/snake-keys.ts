/** Looks for keys that are no snake_case in what a command has printed. */

/** @param data places whose own keys are data, as `tally.variants`; with `.**` at the end, all that is below too */
export function keysWithCapitals(value: unknown, data: readonly string[] = [], path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (data.includes(`${path}.**`)) return [];
  if (Array.isArray(value)) return value.flatMap((item) => keysWithCapitals(item, data, path));
  return Object.entries(value).flatMap(([key, member]) => {
    const place = path === '' ? key : `${path}.${key}`;
    const wrong = /[A-Z]/.test(key) && !data.includes(path) ? [place] : [];
    return [...wrong, ...keysWithCapitals(member, data, place)];
  });
}

/** The values that a command printed: one text, or one a line. */
export function printedValues(stdout: string): unknown[] {
  const lines = stdout.trim().split('\n');
  return lines[0] === '{' ? [JSON.parse(stdout)] : lines.map((line) => JSON.parse(line) as unknown);
}
