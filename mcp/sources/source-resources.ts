/** Sources as resources of the protocol: lines of a file at the commit that they were read from, and nothing else. */
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import { errorText } from '../calls/tool-error.ts';
import type { Surface } from '../surface.ts';
import { sourceTemplate } from './source-uri.ts';

export function addSourceResources(server: McpServer, surface: Surface): void {
  server.registerResource(
    'source',
    // There are as many as there are lines: results name those that matter.
    new ResourceTemplate(sourceTemplate, { list: undefined }),
    {
      title: 'Lines of a source',
      description: 'Lines of one file at the commit that an answer or a search has read; 400 lines and 64 KB at most.',
      mimeType: 'text/plain',
    },
    async (uri, _variables, { mcpReq: { signal } }) => {
      try {
        const { linesOfSource } = await import('./lines.ts');
        const { text } = await linesOfSource(surface, uri.href, signal);
        return { contents: [{ uri: uri.href, mimeType: 'text/plain', text }] };
      } catch (error) {
        throw new ResourceNotFoundError(uri.href, errorText(error, surface.log));
      }
    },
  );
}
