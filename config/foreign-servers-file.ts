/** Reads the file of SWITCHYARD_MCP_SERVERS. */
import { readFileSync } from 'node:fs';
import { type ForeignServers, ForeignServersFile } from '../contracts/foreign/servers.ts';
import { messageOf } from '../lib/errors.ts';
import { schemaIssue } from '../lib/schema-issue.ts';
import { decodeText } from '../lib/text-file.ts';

const setting = 'SWITCHYARD_MCP_SERVERS';

/**
 * The servers that the file names, or what is wrong: each mistake one line that names the setting, the file and the place,
 * never what stands there.
 * @param path null: no file is set
 */
export function readForeignServers(path: string | null): { servers: ForeignServers; mistakes: string[] } {
  if (path === null) return { servers: {}, mistakes: [] };
  const wrong = (what: string) => ({ servers: {}, mistakes: [`${setting}: ${path}: ${what}`] });
  let value: unknown;
  try {
    value = JSON.parse(decodeText(readFileSync(path)));
  } catch (error) {
    return wrong(error instanceof SyntaxError ? 'expected JSON' : `cannot be read (${messageOf(error)})`);
  }
  const file = ForeignServersFile.safeParse(value, { error: schemaIssue });
  if (file.success) return { servers: file.data.mcpServers, mistakes: [] };
  const mistakes = file.error.issues.map(({ path: place, message }) => {
    return `${setting}: ${path}: ${place.length === 0 ? 'the whole' : place.join('.')}: ${message}`;
  });
  return { servers: {}, mistakes };
}
