/** Foreign MCP servers as the file of SWITCHYARD_MCP_SERVERS names them, in the form that other MCP clients read. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { passwordsIn } from '../../lib/redaction.ts';

/** A variable of an environment that a server is given, or a header of its requests. */
const Values = z.record(z.string().min(1).max(200), z.string().max(10_000));

const own = {
  allow: z
    .array(z.string().min(1).max(64))
    .max(200)
    .exactOptional()
    .describe('The tools that pipelines may name; absent: every tool that a pipeline names.'),
  timeout: z.int().min(1).max(600).default(60).describe('Seconds that one call may take.'),
  policy: z
    .enum(['ask', 'allow', 'refuse'])
    .default('ask')
    .describe(
      'What holds for calls that have effects: ask a person, where the pipeline does; allow without asking; refuse.',
    ),
};

const StdioServer = z.strictObject({
  type: z.literal('stdio').exactOptional(),
  command: z.string().min(1).max(4096).describe('The program that is started.'),
  args: z.array(z.string().max(10_000)).max(200).default([]),
  env: Values.default({}).describe('All of its environment beside PATH, HOME and the like.'),
  cwd: z.string().refine(isAbsolute, 'must be an absolute path').exactOptional(),
  ...own,
});

const HttpServer = z.strictObject({
  type: z.enum(['http', 'streamable-http']).exactOptional(),
  url: z.url({ protocol: /^https?$/ }).describe('The address of a Streamable HTTP endpoint.'),
  headers: Values.default({}),
  ...own,
});

const ServerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'the name of a server is 1 to 20 of a-z, 0-9 and -, starting with a letter');

export const ForeignServersFile = z.strictObject({
  mcpServers: z.record(ServerName, z.union([StdioServer, HttpServer])),
});

export type ForeignServer = z.infer<typeof StdioServer> | z.infer<typeof HttpServer>;
/** By name. */
export type ForeignServers = Readonly<Record<string, ForeignServer>>;

/** Variables and headers that hold secrets, by their names. */
const secretName = /key|token|secret|pass|auth|credential|cookie|session/i;

/** Values that must never be shown: of variables and headers that are named as secrets are, and passwords in addresses. */
export function foreignSecrets(servers: ForeignServers): string[] {
  const found = Object.values(servers).flatMap((server) => {
    const given = Object.entries('command' in server ? server.env : server.headers);
    const values = given.flatMap(([name, value]) => (secretName.test(name) ? [value] : []));
    // `Bearer` and a key: the key alone is one, too.
    const words = values.flatMap((value) => [value, ...value.split(/\s+/)]);
    return [...words, ...('url' in server ? passwordsIn(server.url) : [])];
  });
  return [...new Set(found)].filter(({ length }) => length >= 8);
}
