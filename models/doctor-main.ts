/** Command: reads model settings as one JSON object from stdin, tries the model, prints the result as one JSON line. */
import { z } from 'zod';
import { ModelAccess, ordinaryTransport } from '../contracts/model/access.ts';
import { CapabilityFile } from '../contracts/model/capabilities.ts';
import { probeModel } from './doctor.ts';
import { type CapabilityTable, probeCapabilities } from './probe-capabilities.ts';
import { createOpenAiChat } from './openai/chat.ts';
import { messageOf } from '../lib/errors.ts';

const Settings = z.strictObject({
  apiKey: z.string().min(1).nullable(),
  baseUrl: z.url().nullable(),
  /** Asked for a tool call. */
  model: z.string().min(1),
  /** Asked for a route; the same model when it is absent. */
  routerModel: z.string().min(1).exactOptional(),
  timeoutSeconds: z.number().positive().max(3600).default(60),
  reasoningTokens: z.int().nonnegative().default(4000),
  access: ModelAccess.default(ordinaryTransport.access),
  stream: z.boolean().default(true),
  idleSeconds: z.number().positive().default(60),
  extraBody: z
    .partialRecord(z.enum(['router', 'specialist', 'judge', 'synthesizer']), z.record(z.string(), z.unknown()))
    .default({}),
  capabilities: CapabilityFile.shape.models.default([]),
  /** Models whose capabilities are probed, once the model answers. */
  probed: z.array(z.string().min(1)).max(20).default([]),
});

/** A file of capabilities may be long. */
const maxInputBytes = 1024 * 1024;

/** The settings hold a key, so they come by stdin: arguments and environments can be seen by others. */
async function readSettings(): Promise<z.infer<typeof Settings>> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += part;
    if (text.length > maxInputBytes) throw new Error(`more than ${maxInputBytes} bytes on stdin`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('stdin holds no JSON');
  }
  const settings = Settings.safeParse(value);
  if (settings.success) return settings.data;
  throw new Error(settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

async function main(): Promise<void> {
  const { model, routerModel, probed, ...endpoint } = await readSettings();
  const chat = createOpenAiChat({
    ...endpoint,
    probing: true,
    modelByRole: { router: routerModel ?? model, specialist: model, judge: model, synthesizer: model },
  });
  const { signal } = new AbortController();
  const probe = await probeModel(chat, { model: null, signal });
  const tables: CapabilityTable[] = [];
  if (probe.ok) for (const each of probed) tables.push(await probeCapabilities(chat, each, signal));
  process.stdout.write(`${JSON.stringify({ ...probe, tables })}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`doctor: ${messageOf(error)}\n`);
  process.exitCode = 2;
}
