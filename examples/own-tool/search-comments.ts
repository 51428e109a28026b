/** A tool of one's own: finds the comments of source files that hold a word of the query. */
import { z } from 'zod';
import { placesAround, renderPlaces } from '../../retrieval/tools/rendering.ts';
import { defineTool } from '../../retrieval/tools/tool-table.ts';

const mostPlaces = 20;

export const tools = {
  search_comments: defineTool({
    description: 'Finds line comments of source code that hold a word of the query, each with a line around it.',
    kind: 'code',
    readOnly: true,
    parameters: z.strictObject({ query: z.string().min(1).max(500).describe('Words to look for.') }),
    run(view, { query }) {
      const words = query.toLowerCase().match(/\w{3,}/g) ?? [];
      const isMatch = (line: string) => {
        const comment = line.slice(line.indexOf('//')).toLowerCase();
        return line.includes('//') && words.some((word) => comment.includes(word));
      };
      const places = view.files
        .filter((file) => file.class === 'code')
        .flatMap((file) => {
          const lines = view.linesOf(file).flatMap((line, at) => (isMatch(line) ? [at + 1] : []));
          return placesAround(file, lines);
        });
      const notes = places.length === 0 ? ['nothing found'] : [];
      return renderPlaces(view, places.slice(0, mostPlaces), { notes, cut: places.length > mostPlaces });
    },
  }),
};
