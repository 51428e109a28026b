/** Tells whether a text gives its expected files away. */

/**
 * Whether the text names the path: the file with its extension, its last folder and name as imports write them, or a
 * name joined by `-`, `_` or `.`, which no symbol has (for an index file, its folder's name). Letter case is ignored. A
 * plain word or a symbol that the file also is named for does not count: people who know no file write those.
 */
export function namesPath(text: string, path: string): boolean {
  const { parent, folder, name, stem } = partsOf(path);
  const own = stem === 'index' ? folder : stem;
  const within = stem === 'index' ? parent : folder;
  const given = stem === 'index' ? [name, `${folder}/${stem}`] : [name];
  if (within !== '' && own !== '') given.push(`${within}/${own}`);
  if (/[a-z0-9][-_.][a-z0-9]/i.test(own)) given.push(own);
  return given.some((part) => standsIn(text, part));
}

/** Whether a file's name without extension stands in the text as a word or symbol: `Reply` for lib/reply.js. An index file has its folder's name. */
export function namesStem(text: string, path: string): boolean {
  const { folder, stem } = partsOf(path);
  return standsIn(text, stem === 'index' && folder !== '' ? folder : stem);
}

function standsIn(text: string, part: string): boolean {
  const escaped = part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'i').test(text);
}

function partsOf(path: string): { parent: string; folder: string; name: string; stem: string } {
  const [name = '', folder = '', parent = ''] = path.split('/').reverse();
  return { parent, folder, name, stem: name.replace(/(\.d)?\.[A-Za-z0-9]+$/, '') };
}
