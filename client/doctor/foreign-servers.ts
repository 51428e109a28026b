/** Whether the foreign MCP servers of the settings answer, and what they offer. */
import type { Config } from '../../config/config.ts';
import { createForeignTools, type ForeignTools } from '../../foreign-tools/foreign-tools.ts';
import { messageOf } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { type Finding, missing, ok } from './finding.ts';

/** One for each server; none where no setting names any. */
export async function foreignServerFindings({ foreignServers }: Pick<Config, 'foreignServers'>): Promise<Finding[]> {
  const { servers, network } = foreignServers;
  await using tools = createForeignTools(servers, network);
  return await Promise.all(Object.keys(servers).map((name) => findingOf(tools, name, servers[name]?.allow)));
}

async function findingOf(tools: ForeignTools, name: string, allow: readonly string[] | undefined): Promise<Finding> {
  const about = `MCP server ${name}`;
  try {
    const offered = await tools.list(name, new AbortController().signal);
    const absent = (allow ?? []).filter((each) => offered.every(({ tool }) => tool !== each));
    if (absent.length > 0)
      return missing(
        about,
        `answers, and has no ${absent.join(', ')}`,
        'correct "allow" in the file of SWITCHYARD_MCP_SERVERS',
      );
    const reading = offered.filter(({ readOnly }) => readOnly).length;
    const names = offered.map(({ tool }) => tool).join(', ');
    return ok(
      about,
      printableLine(`${offered.length} tools, ${reading} of them marked as reading only: ${names}`).slice(0, 500),
    );
  } catch (error) {
    return missing(about, printableLine(messageOf(error)), 'correct the file of SWITCHYARD_MCP_SERVERS');
  }
}
