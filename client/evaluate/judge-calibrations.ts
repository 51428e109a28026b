/** Keeps what `judge calibrate` found out of each judge, for whoever reads its grades later. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { type JudgeCalibration, ratesOf } from '../../harness/judges/calibration.ts';
import { readJsonLine } from '../../harness/json-lines.ts';
import { replaceFile } from '../../lib/fs.ts';
import { asUsage } from '../input/json-lines-file.ts';

const Rate = z.object({ yes: z.int().nonnegative(), n: z.int().nonnegative() });
const KeptCalibration = z.object({
  judge: z.string(),
  /** The endpoint: a name may be another model elsewhere. */
  endpoint: z.string(),
  /** The dated name that answered. */
  model: z.string().nullable(),
  at: z.iso.datetime(),
  labels: z.int(),
  kappa: z.number().nullable(),
  truePositive: Rate,
  trueNegative: Rate,
});
export type KeptCalibration = z.infer<typeof KeptCalibration>;

const fileOf = ({ dataDirectory }: Config) => join(dataDirectory, 'judges.json');
const endpointOf = ({ model }: Config) => model.baseUrl ?? 'OpenAI';

/** Replaces what was known of the same judge. @returns the file */
export async function keepCalibration(found: JudgeCalibration, settings: Config): Promise<string> {
  const [truePositive, trueNegative] = ratesOf(found);
  const kept: KeptCalibration = {
    judge: found.judge,
    endpoint: endpointOf(settings),
    model: found.model,
    at: new Date().toISOString(),
    labels: found.judged,
    kappa: found.agreement.kappa,
    truePositive: { yes: truePositive.yes, n: truePositive.n },
    trueNegative,
  };
  const others = (await readAll(settings)).filter((each) => !isOf(each, found.judge, settings));
  const file = fileOf(settings);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, `${JSON.stringify([...others, kept], null, 2)}\n`);
  return file;
}

/** Null where the judge was never calibrated at this endpoint, or another dated model answers under its name now. */
export async function calibrationOfJudge(
  judge: string,
  answered: string | null,
  settings: Config,
): Promise<KeptCalibration | null> {
  const kept = (await readAll(settings)).find((each) => isOf(each, judge, settings));
  if (kept === undefined) return null;
  return kept.model !== null && answered !== null && kept.model !== answered ? null : kept;
}

const isOf = ({ judge, endpoint }: KeptCalibration, name: string, settings: Config) =>
  judge === name && endpoint === endpointOf(settings);

async function readAll(settings: Config): Promise<KeptCalibration[]> {
  const file = fileOf(settings);
  if (!existsSync(file)) return [];
  const text = await readFile(file, 'utf8');
  return asUsage(() => readJsonLine(text, file, z.array(KeptCalibration)));
}
