/** Shows a repository at a glance. */
import { z } from 'zod';
import { pathFilter } from './path-filter.ts';
import { renderNotes } from './rendering.ts';
import { repositoryMap } from './repository-map.ts';
import { countParameter, defineTool, pathParameter } from './tool-table.ts';

const defaultTokens = 1_500;

export const repositoryMapTool = defineTool({
  description:
    'Shows the outline of the repository: its most used files with the signatures of their functions and classes. Use ' +
    'it for an overview of the structure, or when you do not know where to begin.',
  kind: 'any',
  parameters: z.strictObject({
    path: pathParameter.optional(),
    tokens: countParameter(3_000, `How long it may be; ${defaultTokens} unless given.`).optional(),
  }),
  run(view, { path, tokens = defaultTokens }) {
    const map = repositoryMap(view, { tokens, accepts: pathFilter(view, path) });
    const note =
      map.files === 0
        ? 'nothing to show: no file here defines anything, try list_files'
        : `the ${map.files} most used files, narrow with path:`;
    return { status: 'ok', text: `${map.text}${renderNotes([note])}`, cut: map.files > 0, evidence: [] };
  },
});
