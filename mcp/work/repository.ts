/** What the tools do that read a repository. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { InvalidInput } from '../../application/errors.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import {
  linesOfSnapshot,
  mapOfSnapshot,
  openSnapshot,
  type Reading,
  searchSnapshot,
} from '../../application/repository/read-snapshot.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { printable, printableLine } from '../../lib/printable.ts';
import type { LinesOutput, MapOutput, SearchOutput } from '../answers/other-outputs.ts';
import { sourceLink } from '../answers/run-result.ts';
import { placeOf } from '../answers/run-text.ts';
import type { Call } from '../calls/call.ts';
import type { Tell } from '../calls/progress.ts';
import type { RepositoryArguments } from '../repositories.ts';
import { linesOfSource, linesOutput } from '../sources/lines.ts';
import { sourceUri } from '../sources/source-uri.ts';
import type { Surface } from '../surface.ts';

/** The repository of a call as it stands, indexed first where it was not. */
async function opened(surface: Surface, given: RepositoryArguments, { signal }: Call, tell: Tell) {
  const repository = await repositoryOf(surface.repositories.optionsOf(given));
  const reading: Reading = {
    retrieval: await surface.retrieval,
    signal,
    onProgress: ({ stage, done, total }) => tell(total === null ? stage : `${stage} ${done} of ${total} files`),
  };
  tell('opening the repository');
  return { reading, snapshot: await openSnapshot(reading, repository) };
}

const named = ({ label, id }: Snapshot) => ({ repository: printableLine(label), snapshot: id });

type SearchArguments = RepositoryArguments & { query: string; kind: 'code' | 'docs' | 'all'; limit: number };

export async function search(
  surface: Surface,
  { query, kind, limit, ...given }: SearchArguments,
  call: Call,
  tell: Tell,
): Promise<CallToolResult> {
  const { reading, snapshot } = await opened(surface, given, call, tell);
  tell('searching');
  const rows = await searchSnapshot(reading, snapshot, { query, kind, limit });
  const results = rows.map(({ path, firstLine, lastLine, symbol, score }) => ({
    path: printableLine(path),
    first_line: firstLine,
    last_line: lastLine,
    symbol: symbol === null ? null : printableLine(symbol),
    score,
    uri: sourceUri(snapshot, { path, firstLine, lastLine }),
  }));
  const lines = results.map((row) => `${placeOf(row)}${row.symbol === null ? '' : ` (${row.symbol})`}`);
  const text = lines.length === 0 ? 'nothing found: try other words' : lines.join('\n');
  const links = results.map(({ uri }, at) => sourceLink(uri, lines[at] ?? uri));
  const structuredContent: SearchOutput = { ...named(snapshot), results };
  return { content: [{ type: 'text', text }, ...links], structuredContent };
}

type LinesArguments = RepositoryArguments & {
  path?: string | undefined;
  uri?: string | undefined;
  first_line?: number | undefined;
  last_line?: number | undefined;
};

export async function readLines(
  surface: Surface,
  { path, uri, first_line, last_line, ...given }: LinesArguments,
  call: Call,
  tell: Tell,
): Promise<CallToolResult> {
  const lines = {
    ...(first_line !== undefined && { firstLine: first_line }),
    ...(last_line !== undefined && { lastLine: last_line }),
  };
  const structuredContent: LinesOutput = await read();
  return { content: [{ type: 'text', text: structuredContent.text }], structuredContent };

  async function read(): Promise<LinesOutput> {
    if (uri !== undefined && path === undefined) return linesOfSource(surface, uri, call.signal, lines);
    if (path === undefined || uri !== undefined)
      throw new InvalidInput('path', 'give either path or uri, and not both');
    const { reading, snapshot } = await opened(surface, given, call, tell);
    return linesOutput(snapshot, await linesOfSnapshot(reading, snapshot, { path, ...lines }));
  }
}

type MapArguments = RepositoryArguments & { path?: string | undefined; tokens: number };

export async function map(
  surface: Surface,
  { path, tokens, ...given }: MapArguments,
  call: Call,
  tell: Tell,
): Promise<CallToolResult> {
  const { reading, snapshot } = await opened(surface, given, call, tell);
  const text = printable(await mapOfSnapshot(reading, snapshot, { tokens, ...(path !== undefined && { path }) }));
  const structuredContent: MapOutput = { ...named(snapshot), map: text };
  return { content: [{ type: 'text', text }], structuredContent };
}
