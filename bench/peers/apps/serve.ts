/** How a peer is called: POST /ask?id=… waits for the answer; POST /recover?id=… is a person who acts after a crash. */
import { createServer } from 'node:http';

const question = 'How are hooks registered, and where is it decided which one runs first?';

/** Each run asks in words of its own, so that nothing that is kept by content is found again. */
export function questionOf(id: string): string {
  return `${question} (asked as ${id})`;
}

/** @param recover of systems whose runs wait for somebody after a crash */
export function serve(ask: (id: string) => Promise<unknown>, recover: (id: string) => Promise<unknown> = ask): void {
  const server = createServer((request, response) => {
    request.resume();
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const id = url.searchParams.get('id') ?? '';
    const work = url.pathname === '/recover' ? recover(id) : ask(id);
    work.then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
      },
    );
  });
  server.keepAliveTimeout = 60_000;
  server.listen(Number(process.env.APP_PORT), '127.0.0.1', () => process.stdout.write('ready\n'));
}
