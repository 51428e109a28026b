/** What the doctor of models is told: the settings of one endpoint, and which of its models to probe. */
import { z } from 'zod';
import { ModelAccess, ordinaryTransport } from '../contracts/model/access.ts';
import { CapabilityFile } from '../contracts/model/capabilities.ts';

const DoctorSettings = z.strictObject({
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

export type DoctorSettings = z.infer<typeof DoctorSettings>;

/** @throws Error with one line that names what is wrong, without the key */
export function readDoctorSettings(text: string): DoctorSettings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('stdin holds no JSON');
  }
  const settings = DoctorSettings.safeParse(value);
  if (settings.success) return settings.data;
  throw new Error(settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}
