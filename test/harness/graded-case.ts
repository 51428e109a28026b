/** A question with its ground truth and a record that answers it rightly, and their variations. */
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';

type Given = Record<string, unknown>;

/** In these cases the route `code` calls for code, `docs` for documents. */
const routesOf = ({ expected_route = 'code', other_routes = [] }: Given) => [
  String(expected_route),
  ...(other_routes as string[]),
];

export function aQuestion(more: Given = {}): DatasetQuestion {
  return DatasetQuestion.parse({
    id: 'q1',
    question: 'How large may a body be?',
    repository: 'node_modules/fastify',
    expected_route: 'code',
    kinds: Object.fromEntries(routesOf(more).map((route) => [route, [route]])),
    kind: 'answerable',
    gold: { paths: ['lib/body.js'], lines: { 'lib/body.js': [[10, 20]] } },
    must_mention: ['bodyLimit', ['1048576', '1 MiB']],
    forbidden_claims: ['there is no limit'],
    reference_answer: 'bodyLimit is 1 MiB',
    ...more,
  });
}

export const unanswerable = {
  kind: 'unanswerable',
  gold: { paths: [] },
  must_mention: [],
  forbidden_claims: [],
  reference_answer: null,
};

export const call = (tool: string, paths: string[], argumentsText?: string) => ({
  tool,
  arguments_text: argumentsText ?? JSON.stringify({ for: `${tool} ${paths.join()}` }),
  status: 'ok',
  paths,
});

/** Right, by a routed specialist, with two calls that were both needed. */
export function aRecord(more: Given = {}): RunLogRecord {
  return RunLogRecord.parse({
    question_id: 'q1',
    variant: 'orchestrated',
    outcome: 'answered',
    route: 'code',
    routing: {
      route: 'code',
      probabilities: [{ route: 'code', probability: 1 }],
      source: 'text',
      fallback: false,
      reply: 'code',
    },
    routes_run: ['code'],
    final_answer: 'The option `bodyLimit` allows 1 MiB.',
    evidence: [{ path: 'lib/body.js', first_line: 12, last_line: 14, status: 'verified' }],
    tools_called: [call('search_code', ['lib/body.js', 'lib/other.js']), call('read_lines', ['lib/body.js'])],
    ...more,
  });
}

/** What the router of a variant with one specialist leaves behind. */
export const noRouter = {
  variant: 'single-agent',
  route: 'agent',
  routes_run: ['agent'],
  routing: {
    route: 'agent',
    probabilities: [{ route: 'agent', probability: 1 }],
    source: 'only-route',
    fallback: false,
    reply: '',
  },
};
