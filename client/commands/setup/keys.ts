/** `switchyard keys` and `switchyard codec-server`: what encryption needs of a person. */
import { type Command, InvalidArgumentError } from 'commander';
import type { CodecServerChoice } from '../../codec-server/run-codec-server.ts';
import type { NewKeyOptions } from '../../keys/keep-keys.ts';

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .summary('make keys, and read what is encrypted with them')
    .description('Makes the keys that SWITCHYARD_ENCRYPTION_KEYS names, and reads files that are encrypted with them.');
  keys
    .command('new')
    .summary('add a key to a file, which is made where there is none')
    .argument('<file>', 'the file of keys; only its owner may read it')
    .option('--id <id>', 'what the key is called; the date unless given')
    .option('--last', 'below the others: it only decrypts, until every worker has it', false)
    .action(async (file: string, options: NewKeyOptions) => {
      const { makeKey } = await import('../../keys/keep-keys.ts');
      process.exitCode = await makeKey(file, options);
    });
  keys
    .command('list')
    .summary('say which keys a file has')
    .argument('[file]', 'the file of keys; the one of SWITCHYARD_ENCRYPTION_KEYS unless given')
    .option('--json', 'print one JSON object', false)
    .action(async (file: string | undefined, { json }: { json: boolean }) => {
      const { listKeys } = await import('../../keys/keep-keys.ts');
      process.exitCode = listKeys(file, json);
    });
  keys
    .command('decrypt')
    .summary('print a file of the data directory in the clear: a report, a trace, a history, a log')
    .argument('<file>', 'the encrypted file')
    .option('-o, --output <file>', 'write it there instead')
    .action(async (file: string, { output }: { output?: string }) => {
      const { decryptFile } = await import('../../keys/keep-keys.ts');
      process.exitCode = await decryptFile(file, output);
    });
}

export function addCodecServer(program: Command): void {
  program
    .command('codec-server')
    .summary('decode what is encrypted for the Temporal Web UI')
    .description(
      'Encodes and decodes payloads for the Web UI, with the keys of SWITCHYARD_ENCRYPTION_KEYS, for callers that have ' +
        'SWITCHYARD_CODEC_TOKEN. Listens on this machine alone unless told otherwise.',
    )
    .option('--listen <address>', 'host:port; 127.0.0.1 and the port of SWITCHYARD_CODEC_ENDPOINT, or 8234', address)
    .option(
      '--web-ui <url>',
      'the Web UI that may ask, may be repeated; that of the server in use unless given',
      origins,
    )
    .action(async ({ listen = null, webUi = [] }: Partial<CodecServerChoice>) => {
      const { runCodecServer } = await import('../../codec-server/run-codec-server.ts');
      process.exitCode = await runCodecServer({ listen, webUi });
    });
}

function address(text: string): { host: string; port: number } {
  const found = URL.parse(`http://${text}`);
  if (found === null || found.port === '' || found.pathname !== '/')
    throw new InvalidArgumentError('It must be host:port.');
  return { host: found.hostname.replace(/^\[|\]$/g, ''), port: Number(found.port) };
}

function origins(text: string, before: string[] = []): string[] {
  const found = /^https?:/i.test(text) ? URL.parse(text) : null;
  if (found === null) throw new InvalidArgumentError('It must be an http:// or https:// address.');
  return [...before, found.origin];
}
