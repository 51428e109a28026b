/** What the page stands on, and what a part of it is: a function from a request to a response. */
import { repositoryLabel } from '../../contracts/run-memo.ts';
import type { StepReader } from '../../application/traces/step-texts.ts';
import type { RouteContext } from '../http/route.ts';
import type { Served } from '../served.ts';

export type PageParts = Served & {
  /** Opened with the first step that somebody looks at. */
  steps(): Promise<StepReader>;
};

export type PageHandler = (request: Request, context: RouteContext, parts: PageParts) => Promise<Response>;

/** The name under which a repository is served that a list of runs names so; none where it is served no more. */
export function servedName({ repositories }: Pick<Served, 'repositories'>, label: unknown): string | undefined {
  return repositories.find(({ given }) => repositoryLabel(given) === label)?.name;
}
