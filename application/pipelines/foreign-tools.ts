/**
 * What is wrong with the foreign tools that a pipeline names: by the settings alone, before anything is started, and by
 * asking their servers, where a person has a pipeline checked.
 */
import { foreignNameOf, foreignToolsOf } from '../../contracts/foreign/names.ts';
import type { ForeignServers } from '../../contracts/foreign/servers.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { createForeignTools } from '../../foreign-tools/foreign-tools.ts';
import { ForeignProblem } from '../../foreign-tools/failures.ts';
import { readSettings } from '../read-settings.ts';
import type { LocatedMessage } from './pipeline-mistakes.ts';

type Named = { tool: string; path: LocatedMessage['path'] };

/**
 * Servers that no setting names, and tools that the configuration of their server does not allow.
 * @param given those of a program; those of the environment's settings unless given
 */
export function foreignMistakes(named: readonly Named[], given?: ForeignServers): LocatedMessage[] {
  if (named.length === 0) return [];
  const servers = given ?? readSettings().foreignServers.servers;
  return named.flatMap(({ tool, path }) => {
    const message = problemOf(tool, servers);
    return message === null ? [] : [{ path, message }];
  });
}

function problemOf(name: string, servers: ForeignServers): string | null {
  const parts = foreignNameOf(name);
  // The rules of pipelines tell of a name that is badly written.
  if (parts === null) return null;
  const server = Object.hasOwn(servers, parts.server) ? servers[parts.server] : undefined;
  const names = Object.keys(servers);
  const known = names.length === 0 ? 'it names none' : `it names ${names.join(', ')}`;
  if (server === undefined) return `no MCP server "${parts.server}" is in the file of SWITCHYARD_MCP_SERVERS: ${known}`;
  const { allow } = server;
  if (allow === undefined || allow.includes(parts.tool)) return null;
  return `the MCP server "${parts.server}" is allowed ${allow.length === 0 ? 'no tools' : allow.join(', ')}, not "${parts.tool}" (SWITCHYARD_MCP_SERVERS)`;
}

/** Starts or reaches each server that the pipeline names. @returns what each of its tools lacks; empty where all can be used */
export async function askServers({ specialists, foreignTools = {} }: PipelineSpec): Promise<string[]> {
  const names = foreignToolsOf(specialists);
  if (names.length === 0) return [];
  const { servers, network } = readSettings().foreignServers;
  await using tools = createForeignTools(servers, network);
  const { signal } = new AbortController();
  const asked = names.map(async (name) => {
    try {
      const { readOnly } = await tools.describe(name, signal);
      if (readOnly || foreignTools[name] !== undefined) return [];
      return [
        `${name}: its server does not mark it as a tool that only reads: say in foreignTools whether it has effects`,
      ];
    } catch (error) {
      if (!(error instanceof ForeignProblem)) throw error;
      return [`${name}: ${error.kind}: ${error.message}`];
    }
  });
  return (await Promise.all(asked)).flat();
}
