/** GitHub's comments of one pull request, as far as our action asks for them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Comment = { id: number; body: string; user: { login: string; type: string } };

export type PullRequestStub = AsyncDisposable & { url: string; comments: Comment[]; requests: string[] };

/** @param token others are answered by 403 */
export async function startPullRequestStub(comments: Comment[], token: string): Promise<PullRequestStub> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const body = method === 'GET' ? null : JSON.parse(await text(request));
    requests.push(`${method} ${url}`);
    const answer = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
    if (request.headers.authorization !== `Bearer ${token}` || url === '/user') return answer(403, {});
    const at = new URL(url, 'http://stub');
    if (method === 'GET') {
      const page = Number(at.searchParams.get('page'));
      return answer(200, comments.slice(100 * (page - 1), 100 * page));
    }
    const id = Number(/\/issues\/comments\/(\d+)$/.exec(at.pathname)?.[1]);
    const own = comments.find((comment) => comment.id === id);
    if (method === 'PATCH' && own !== undefined) return answer(200, Object.assign(own, body));
    if (method !== 'POST' || !/\/issues\/7\/comments$/.test(at.pathname)) return answer(404, {});
    comments.push({ id: 1000 + comments.length, user: { login: 'github-actions[bot]', type: 'Bot' }, ...body });
    return answer(201, comments.at(-1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
