/** A dataset and run logs of its variants, written to a folder, for the commands that compare them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Given = Record<string, unknown>;
export const routes = ['code', 'docs'] as const;

export function questionOf(at: number): Given {
  return {
    id: `q${at}`,
    question: `How large may body ${at} be?`,
    repository: '.',
    expected_route: routes[at % 2],
    kind: 'answerable',
    gold: { paths: ['lib/body.js'] },
    must_mention: ['bodyLimit'],
  };
}

/** Right unless `final_answer` is changed. */
export function recordOf(at: number, variant: string, more: Given = {}): Given {
  return {
    question_id: `q${at}`,
    variant,
    trial: 1,
    dataset: 'd-1',
    question: `How large may body ${at} be?`,
    outcome: 'answered',
    route: routes[at % 2],
    routes_run: [routes[at % 2]],
    final_answer: 'It is bodyLimit.',
    evidence: ['lib/body.js'],
    tools_called: [{ tool: at % 2 ? 'search_docs' : 'search_code', paths: ['lib/body.js'] }],
    retry_count: 0,
    cost_usd: 0.01,
    latency_ms: { total: 1000 + at, model: 900, tool: 50, queue: 10, backoff: 0, orchestration: 40 },
    model: 'm',
    ...more,
  };
}

export const wrong = { final_answer: 'No idea.' };

export function writeLines(folder: string, name: string, rows: readonly unknown[]): string {
  const file = join(folder, name);
  writeFileSync(file, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
  return file;
}

/** `questions` questions, and a log in which `single` answers every second one and `split` all of them rightly. */
export function writeVariants(folder: string, questions = 60): { dataset: string; log: string } {
  const places = Array.from({ length: questions }, (_, at) => at);
  const dataset = writeLines(folder, 'dataset.jsonl', places.map(questionOf));
  const rows = places.flatMap((at) => [recordOf(at, 'single', at % 4 < 2 ? wrong : {}), recordOf(at, 'split')]);
  return { dataset, log: writeLines(folder, 'run-log.jsonl', rows) };
}
