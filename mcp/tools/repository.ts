/** Tools that read a repository without a model: `search`, `read_lines` and `map`. */
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { mapTokensAtMost } from '../../application/repository/reading-limits.ts';
import { LinesOutput, MapOutput, SearchOutput } from '../answers/other-outputs.ts';
import type { Surface } from '../surface.ts';
import { repositoryArguments } from './arguments.ts';
import { addTool, readOnly } from './tool.ts';

/** Links to more places than this help nobody. */
const searchLimit = 50;
const usualResults = 10;
const usualMapTokens = 1_500;

export function addRepositoryTools(server: McpServer, surface: Surface): void {
  addSearch(server, surface);
  addReadLines(server, surface);
  addMap(server, surface);
}

/** Loaded with the first call. */
const work = () => import('../work/repository.ts');

function addSearch(server: McpServer, surface: Surface): void {
  addTool(
    server,
    surface,
    {
      name: 'search',
      title: 'Search a repository',
      description: 'Ranks the files of a repository for a query, each with its best lines. No model is asked.',
      inputSchema: z.strictObject({
        query: z.string().min(1).max(20_000).describe('A question, identifiers, an error message or a stack trace.'),
        kind: z.enum(['code', 'docs', 'all']).default('all').describe('What to look in.'),
        limit: z.int().positive().max(searchLimit).default(usualResults).describe('How many files.'),
        ...repositoryArguments(surface),
      }),
      outputSchema: SearchOutput,
      annotations: readOnly,
    },
    async (given, call, tell) => (await work()).search(surface, given, call, tell),
  );
}

function addReadLines(server: McpServer, surface: Surface): void {
  const line = z.int().positive().max(10_000_000).optional();
  addTool(
    server,
    surface,
    {
      name: 'read_lines',
      title: 'Read lines of a file',
      description:
        'Shows up to 400 lines of one file: by its path as the repository stands, or by the uri of a result, at the ' +
        'commit that it was found at.',
      inputSchema: z.strictObject({
        path: z.string().min(1).max(1_024).optional().describe('From the root of the repository, as results name it.'),
        uri: z.string().min(1).max(4_000).optional().describe('In place of path: the uri of a result or citation.'),
        first_line: line.describe('1 unless given; with a uri that of the uri.'),
        last_line: line.describe('399 lines below the first unless given.'),
        ...repositoryArguments(surface),
      }),
      outputSchema: LinesOutput,
      annotations: readOnly,
    },
    async (given, call, tell) => (await work()).readLines(surface, given, call, tell),
  );
}

function addMap(server: McpServer, surface: Surface): void {
  addTool(
    server,
    surface,
    {
      name: 'map',
      title: 'Outline of a repository',
      description: 'Shows the most used files of a repository with the signatures of their functions and classes.',
      inputSchema: z.strictObject({
        path: z.string().min(1).max(1_024).optional().describe('Only files there: a folder or a glob.'),
        tokens: z.int().positive().max(mapTokensAtMost).default(usualMapTokens).describe('About how long it may be.'),
        ...repositoryArguments(surface),
      }),
      outputSchema: MapOutput,
      annotations: readOnly,
    },
    async (given, call, tell) => (await work()).map(surface, given, call, tell),
  );
}
