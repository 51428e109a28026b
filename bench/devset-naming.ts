/** Tells whether a text gives its gold files away. */

/**
 * Whether the text names the path: the file with its extension, its last folder and name as imports write them, or a
 * name joined by `-`, `_` or `.`, which no symbol has. Letter case is ignored. A plain word or a symbol that the file
 * also is named for does not count: people who know no file write those.
 */
export function namesPath(text: string, path: string): boolean {
  const { folder, name, stem } = partsOf(path);
  const given = [name, ...(folder === '' ? [] : [`${folder}/${stem}`])];
  if (stem === 'index' && folder !== '') given.push(`${folder}/index`);
  if (/[a-z0-9][-_.][a-z0-9]/i.test(stem)) given.push(stem);
  return given.some((part) => standsIn(text, part));
}

/** Whether a file's name without extension stands in the text as a word or symbol: `Reply` for lib/reply.js. */
export function namesStem(text: string, path: string): boolean {
  return standsIn(text, partsOf(path).stem);
}

function standsIn(text: string, part: string): boolean {
  const escaped = part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'i').test(text);
}

function partsOf(path: string): { folder: string; name: string; stem: string } {
  const [name = '', folder = ''] = path.split('/').reverse();
  return { folder, name, stem: name.replace(/(\.d)?\.[A-Za-z0-9]+$/, '') };
}
