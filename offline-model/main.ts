/** `switchyard model`: runs the offline model's server alone until Ctrl-C. */
import { parseArgs } from 'node:util';
import { FaultSpecError } from './faults/fault-spec.ts';
import { startOfflineModel } from './server/server.ts';
import { messageOf } from '../lib/errors.ts';
import { endWithParent } from '../lib/tied-child.ts';

endWithParent();

const usage = `Usage: switchyard model [options]

Runs the offline model: an OpenAI-compatible server on this machine. It is not a language model: it searches, quotes,
cites and classifies by rules, and answers the same request with the same bytes. Set OPENAI_BASE_URL to the address
that it prints to use it from any OpenAI client.

Options:
  --host HOST      address to listen on (default: 127.0.0.1)
  --port PORT      port to listen on (default: any free one)
  --faults SPEC    faults to make, e.g. "seed=7;429=0.3;retry-after=1;500=0.1;latency=200-800;weak=1;max-in-a-row=3"
  --pace MS        milliseconds between the chunks of a streamed reply, as of a model that writes (default: 0)
  --log FILE       append one JSON line as each request arrives and one as its reply has left
  --json           print the address as JSON
  --help           print this
`;

const options = {
  host: { type: 'string' },
  port: { type: 'string' },
  faults: { type: 'string' },
  pace: { type: 'string' },
  log: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

class UsageError extends Error {}

function readArguments() {
  try {
    const { values } = parseArgs({ options, strict: true });
    const port = values.port ?? '0';
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new UsageError(`--port: "${port}" is not a port`);
    const pace = values.pace ?? '0';
    if (!/^\d{1,5}$/.test(pace)) throw new UsageError(`--pace: "${pace}" is no number of milliseconds`);
    return { ...values, port: Number(port), paceMs: Number(pace) };
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function fail(error: unknown): void {
  const message = messageOf(error).split('\n', 1)[0];
  process.stderr.write(`switchyard model: ${message}\n`);
  process.exitCode = error instanceof UsageError || error instanceof FaultSpecError ? 2 : 1;
}

try {
  const given = readArguments();
  if (given.help === true) process.stdout.write(usage);
  else {
    const { host = '127.0.0.1', port, faults = null, log = null, paceMs } = given;
    const model = await startOfflineModel({ host, port, faults, log, paceMs });
    process.stdout.write(given.json === true ? `${JSON.stringify({ url: model.url })}\n` : `${model.url}\n`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void model.close());
  }
} catch (error) {
  fail(error);
}
