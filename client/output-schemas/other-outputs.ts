/** What commands about repositories, pipelines and the data directory print with `--json`; they are printed in snake_case. */
import { z } from 'zod';
import { ModelLimits } from '../../contracts/model/limits.ts';
import { endpointNames } from '../../contracts/names.ts';
import { Snapshot } from '../../contracts/snapshot.ts';
import { StoredNote } from '../../contracts/threads/note.ts';
import { SearchRow } from '../../contracts/tools.ts';
import type { Check } from '../../observability/langfuse-readback.ts';
import { CapabilityTable } from '../doctor/answers.ts';
import type { ConfiguredSetting } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { kinds } from '../storage/disk-usage.ts';
import { deleted } from './run-outputs.ts';
import { schemaOf } from './schema-of.ts';

const found = z.array(SearchRow);

const embeddings = z.object({ embedded: z.int(), total: z.int(), stopped: z.string().nullable().exactOptional() });

const index = z.union([
  Snapshot.extend({ seconds: z.number(), embeddings: embeddings.exactOptional() }),
  z.object({
    path: z.string(),
    found: z.boolean(),
    reason: z.string().nullable().describe('Why it is left out.'),
    about: z.string().nullable(),
  }),
]);

const storedSnapshot = z.object({
  ...{ id: z.string(), label: z.string(), state: z.string(), failure: z.string().nullable() },
  files: z.int(),
  skipped: z.record(z.string(), z.int()).describe('Files by the reason why they are left out.'),
});

const indexStatus = z.object({
  repository: z.string(),
  state: z.enum(['current', 'outdated']),
  ...{ bytes: z.int(), chunks: z.int(), definitions: z.int(), unparsed: z.int() },
  embedded: z.array(z.object({ model: z.string(), chunks: z.int() })),
  snapshots: z.array(storedSnapshot),
});

const mistake = z.object({ path: z.string(), line: z.int().nullable(), message: z.string() });

const queue = z.object({ name: z.string(), perMinute: z.number().nullable(), waiting: z.int(), workers: z.int() });
const limits = z.array(
  z.object({
    endpoint: z.enum(endpointNames),
    ...ModelLimits.shape,
    setBy: z.enum(['command', 'configuration']).nullable(),
    queue: queue.nullable(),
  }),
);

const swept = z.object({ count: z.int().nullable(), bytes: z.number() });

const thread = z.object({
  id: z.string(),
  ...{
    turns: z.int(),
    branches: z.int().describe('Turns that another turn beside them goes on from the same one as.'),
  },
  last: z.string().describe('ISO 8601, of its newest turn.'),
  ...{ question: z.string().nullable(), status: z.string() },
});

const setting = z.object({
  ...{ name: z.string(), value: z.string().nullable().describe('Null where it is not set; of a secret its length.') },
  from: z.enum(['environment', '.env', 'default']),
  unset: z.string().nullable().describe('What holds where it is not set.'),
});
const finding = schemaOf<Finding>()(
  z.object({
    name: z.string(),
    status: z.enum(['ok', 'missing', 'later']),
    detail: z.string(),
    remedy: z.string().nullable(),
  }),
);

const serve = z.object({
  url: z.string(),
  signInUrl: z.string().describe('Signs a browser in, once, within an hour.'),
  key: z.string().nullable().describe('The key that was made for this data directory, this once.'),
});

export const otherOutputs = {
  doctor: z.object({
    healthy: z.boolean(),
    settings: schemaOf<ConfiguredSetting[]>()(z.array(setting)),
    findings: z.array(finding),
    capabilities: z.array(CapabilityTable).exactOptional(),
  }),
  'verify-langfuse': z.object({
    ...{ right: z.boolean(), baseUrl: z.string(), traceId: z.string(), link: z.string().nullable() },
    checks: schemaOf<Check[]>()(z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() }))),
  }),
  'keys list': z.object({
    file: z.string(),
    keys: z.array(z.object({ id: z.string(), encrypts: z.boolean().describe('The first alone does.') })),
  }),
  serve,
  'threads list': z.array(thread),
  'threads delete': z.object({ id: z.string(), turns: z.int(), ...deleted }),
  'memory remember': StoredNote,
  'memory list': z.array(StoredNote),
  'memory show': StoredNote,
  'memory forget': z.object({ id: z.string(), forgotten: z.literal(true) }),
  search: z.union([z.object({ results: found }), z.object({ id: z.string(), results: found })]),
  map: z.object({ snapshot: z.string(), map: z.string() }),
  index,
  'index status': indexStatus,
  'pipeline list': z.array(z.object({ name: z.string(), description: z.string(), routes: z.array(z.string()) })),
  'pipeline check': z.object({ file: z.string(), valid: z.boolean(), mistakes: z.array(mistake) }),
  limits,
  'limits set': limits,
  'limits reset': limits,
  gc: z.object({
    dryRun: z.boolean(),
    keepDays: z.int(),
    neededRuns: z.int(),
    kinds: z.array(z.object({ kind: z.enum(kinds), before: swept, removed: swept, after: swept.nullable() })),
    notes: z.array(z.string()),
  }),
  'dataset add': z.object({
    ...{ file: z.string(), id: z.string(), kind: z.enum(['answerable', 'unanswerable']), route: z.string() },
    questions: z.int().describe('In the file, with this one.'),
    paths: z.array(z.string()),
  }),
} as const;
