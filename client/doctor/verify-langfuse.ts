/** Sends one small trace to the configured Langfuse, reads it back by the public API, and says what is right or wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SentTrace } from '../../contracts/trace.ts';
import { callLangfuse, type LangfuseSettings } from '../../observability/langfuse-api.ts';
import {
  type Check,
  compareObservations,
  readObservations,
  readScores,
} from '../../observability/langfuse-readback.ts';
import { createLangfuseSink } from '../../observability/langfuse-sink.ts';
import { linkOf } from '../../observability/trace-sink.ts';
import { exitCodes } from '../exit-codes.ts';
import { messageOf, UsageError } from '../../lib/errors.ts';
import { colorsFor, note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { readSettings } from '../../application/read-settings.ts';
import { verificationTrace } from './verification-trace.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

/** Langfuse takes spans in the background: its newest rows come after some seconds. */
const patienceSeconds = 30;

export async function verifyLangfuse(json: boolean): Promise<number> {
  const { langfuse, environment } = readSettings().traces;
  if (langfuse === null)
    throw new UsageError(
      'no Langfuse is configured: set LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY and LANGFUSE_BASE_URL',
    );
  const trace = verificationTrace(environment, Date.now());
  const checks = await verify(langfuse, trace);
  const link = linkOf(await createLangfuseSink(langfuse).linkTemplate(), trace.traceId);
  const right = checks.every(({ ok }) => ok);
  const { baseUrl } = langfuse;
  if (json) printJson({ right, baseUrl, traceId: trace.traceId, link, checks } satisfies Printed<'verify-langfuse'>);
  else print([...checks.map(checkText), `trace   ${link}`].join('\n'));
  return right ? exitCodes.worked : exitCodes.failed;
}

/** Stops at the first thing that everything behind it needs. */
async function verify(settings: LangfuseSettings, trace: SentTrace): Promise<Check[]> {
  const checks: Check[] = [];
  const step = async (name: string, act: () => Promise<string>): Promise<boolean> => {
    try {
      checks.push({ name, ok: true, detail: await act() });
      return true;
    } catch (error) {
      checks.push({ name, ok: false, detail: remedyOf(error, settings) });
      return false;
    }
  };
  const signal = new AbortController().signal;
  const sent =
    (await step('server', () => versionOf(settings))) &&
    (await step('keys', () => projectOf(settings))) &&
    (await step('sending', async () => {
      await createLangfuseSink(settings).send(trace, { signal, sent: 0, onSent: () => {} });
      return `${trace.spans.length} spans and ${trace.scores.length} score taken`;
    }));
  if (!sent) return checks;
  note(`waiting until spans and score can be read, at most ${patienceSeconds} s each`);
  await step('reading', async () => {
    const found = await patiently(
      () => readObservations(settings, trace.traceId),
      ({ length }) => length >= trace.spans.length,
    );
    checks.push(...compareObservations(trace, found));
    return 'by the public API';
  });
  await step('score', async () => {
    const scores = await patiently(
      () => readScores(settings, trace.traceId),
      (found) => 'confidence' in found,
    );
    if (scores.confidence !== 0.5) throw new Error(`expected confidence 0.5, found ${JSON.stringify(scores)}`);
    return 'as sent';
  });
  return checks;
}

async function versionOf(settings: LangfuseSettings): Promise<string> {
  const { version } = (await callLangfuse(settings, 'health')) as { version?: string };
  return `${settings.baseUrl} answers${version === undefined ? '' : `, Langfuse ${version}`}`;
}

async function projectOf(settings: LangfuseSettings): Promise<string> {
  const { data } = (await callLangfuse(settings, 'projects')) as { data?: { name?: string }[] };
  return `belong to the project ${data?.[0]?.name ?? 'without a name'}`;
}

/** What a healthy but busy server has not shown yet is asked for again. @returns the last answer, whatever it is */
async function patiently<Found>(read: () => Promise<Found>, isWhole: (found: Found) => boolean): Promise<Found> {
  for (const endMs = Date.now() + patienceSeconds * 1000; ; ) {
    const found = await read();
    if (isWhole(found) || Date.now() > endMs) return found;
    await sleep(1000);
  }
}

function remedyOf(error: unknown, { baseUrl }: LangfuseSettings): string {
  const message = printableLine(messageOf(error));
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  if (/ 40[13] /.test(message)) return `${message}; look at LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY`;
  if (/v[23]\//.test(message.split(' 404 ', 2)[1] ?? '')) return `${message}; the server is older than Langfuse 4`;
  return `${message}${cause}; look at LANGFUSE_BASE_URL (${baseUrl})`;
}

function checkText({ name, ok, detail }: Check): string {
  const { green, red } = colorsFor(process.stdout);
  return `${ok ? green('right') : red('wrong')}   ${name}: ${printableLine(detail)}`;
}
