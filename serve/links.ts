/** The addresses of what this server shows, for surfaces that link to it. */
import type { Served } from './served.ts';

/** The page of a run. */
export function runPath(workflowId: string): string {
  return `/runs/${encodeURIComponent(workflowId)}`;
}

/**
 * The page that shows the lines of a citation at the commit that the run has read.
 * @param number of the citation in the run's evidence, from 1
 */
export function sourcePath(workflowId: string, number: number): string {
  return `${runPath(workflowId)}/sources/${number}`;
}

/** The same as a whole address: where people reach the server, else where this request has reached it. */
export function linkTo({ publicUrl }: Pick<Served, 'publicUrl'>, request: Pick<Request, 'url'>, path: string): string {
  return `${publicUrl?.origin ?? new URL(request.url).origin}${path}`;
}
