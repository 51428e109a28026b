/** `switchyard serve`: chat clients, agents and browsers ask over HTTP. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ServeChoice } from '../../serve/run-serve.ts';
import { each, positiveAmount, positiveCount } from '../../input/option-values.ts';

/** What the options that may be repeated are without being given. */
const usual = { repo: ['.'], pipeline: ['orchestrated'], allowHost: [], allowOrigin: [] };

export function addServe(program: Command): void {
  program
    .command('serve')
    .summary('answer chat clients, agents and browsers over HTTP')
    .description(
      'Serves the repositories and pipelines that are named, and no others, until Ctrl-C: to whoever has a key of ' +
        'SWITCHYARD_SERVE_KEYS, on this machine alone unless told otherwise. See docs/serve.md.',
    )
    .option('--repo <folder or git URL>', 'a repository that may be asked about, may be repeated; . unless given', each)
    .option('--pipeline <name or file>', 'a pipeline to ask, may be repeated; orchestrated unless given', each)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', 'at which port; 0 takes any that is free', port, 8321)
    .option('--public-url <url>', 'where people reach it, behind a proxy', publicAddress)
    .option('--allow-host <name>', 'another name under which it is reached, may be repeated', each)
    .option('--allow-origin <origin>', 'a site whose pages may call it with a key, may be repeated', origins)
    .option('--requests-per-minute <n>', 'of each key', positiveCount, 600)
    .option('--concurrent-requests <n>', 'of each key', positiveCount, 64)
    .option('--max-model-calls <n>', 'budget of each question: model calls, 600 at most', positiveCount)
    .option('--max-tokens <n>', 'budget of each question: input and output tokens together', positiveCount)
    .option('--max-cost-usd <amount>', 'budget of each question: US dollars', positiveAmount)
    .option('--max-seconds <n>', 'budget of each question: seconds of work', positiveCount)
    .option('--no-memory', 'without what was remembered of the repositories')
    .option('--json', 'print the addresses as one JSON object', false)
    .action(async (options: Partial<ServeChoice> & Omit<ServeChoice, keyof typeof usual>) => {
      const { runServe } = await import('../../serve/run-serve.ts');
      process.exitCode = await runServe({ ...usual, ...options });
    });
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('It must be a port, or 0.');
  return Number(text);
}

function publicAddress(text: string): URL {
  const url = /^https?:/i.test(text) ? URL.parse(text) : null;
  if (url === null || url.pathname !== '/' || url.username !== '' || url.search !== '')
    throw new InvalidArgumentError('It must be an http:// or https:// address without a path.');
  return url;
}

function origins(text: string, before: string[] = []): string[] {
  const url = /^https?:/i.test(text) ? URL.parse(text) : null;
  if (url === null || url.origin !== text.replace(/\/$/, ''))
    throw new InvalidArgumentError('It must be an origin such as https://chat.example.org.');
  return [...before, url.origin];
}
