/** Command: reads model settings as one JSON object from stdin, tries the model, prints the result as one JSON line. */
import { probeModel } from './doctor.ts';
import { type DoctorSettings, readDoctorSettings } from './doctor-settings.ts';
import { type CapabilityTable, probeCapabilities } from './probe-capabilities.ts';
import { createOpenAiChat } from './openai/chat.ts';
import { messageOf } from '../lib/errors.ts';

/** A file of capabilities may be long. */
const maxInputBytes = 1024 * 1024;

/** The settings hold a key, so they come by stdin: arguments and environments can be seen by others. */
async function readSettings(): Promise<DoctorSettings> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += part;
    if (text.length > maxInputBytes) throw new Error(`more than ${maxInputBytes} bytes on stdin`);
  }
  return readDoctorSettings(text);
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
