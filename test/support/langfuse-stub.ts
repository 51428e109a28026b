/** A Langfuse that keeps what it is sent: decodes OTLP as it came over the wire, and can be away in each way that servers are. */
import { directly } from '../../lib/http-request.ts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../../config/config.ts';

/** A span as it stood in a request; times in milliseconds since the epoch. */
export type WireSpan = {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  startMs: number;
  endMs: number;
  attributes: Record<string, unknown>;
};

/**
 * `refuse`: nothing listens; `unavailable`: 503; `hang`: no reply; `lose-reply`: kept, then the connection dies;
 * `no-scores`: spans are taken, scores answered with 503; `no-deletes`: the same of what is to be deleted.
 */
export type Mood = 'well' | 'refuse' | 'unavailable' | 'hang' | 'lose-reply' | 'no-scores' | 'no-deletes';

export class LangfuseStub {
  readonly spans: WireSpan[] = [];
  readonly scores: Record<string, unknown>[] = [];
  /** Bodies of every request, kept or not. */
  readonly bodies: string[] = [];
  readonly #posts: { path: string; text: string }[] = [];
  /** Its prompts by name. */
  readonly prompts = new Map<string, { prompt: string; version: number }>();
  /** What it makes of a span before it keeps it. */
  bend: (span: WireSpan) => WireSpan = (span) => span;
  /** Scores are shown by so many requests later than they were taken. */
  hiddenScores = 0;
  readonly #server: Server;
  #port = 0;
  #mood: Mood = 'well';

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async open(mood: Mood = 'well'): Promise<LangfuseStub> {
    const stub = new LangfuseStub();
    await stub.#listen();
    await stub.be(mood);
    return stub;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Settings of a worker that sends here. */
  traces(more: Partial<Config['traces']> = {}): Config['traces'] {
    const { baseUrl } = this;
    const keys = { publicKey: 'pk-lf-stub', secretKey: 'sk-lf-stub' };
    const langfuse = { baseUrl, linkUrl: baseUrl, ...keys, timeoutSeconds: 1, network: directly };
    return {
      sink: 'langfuse',
      langfuse,
      environment: 'test',
      release: '1.2.3',
      promptLabel: null,
      redact: null,
      ...more,
    };
  }

  async be(mood: Mood): Promise<void> {
    if (mood === 'refuse') await this.#close();
    else if (this.#mood === 'refuse') await this.#listen();
    this.#mood = mood;
  }

  /** What was kept of what went to one path. */
  posted(path: string): Record<string, unknown>[] {
    const posts = this.#posts.filter((post) => post.path === path);
    return posts.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
  }

  /** The spans of one trace, each once. */
  trace(traceId: string): WireSpan[] {
    return [
      ...new Map(this.spans.filter((span) => span.traceId === traceId).map((span) => [span.spanId, span])).values(),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#mood !== 'refuse') await this.#close();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString('utf8');
    const path = (request.url ?? '').replace('/api/public/', '').split('?')[0] ?? '';
    if (request.method === 'POST') this.bodies.push(text);
    if (this.#mood === 'hang') return;
    const isRefused =
      (this.#mood === 'no-scores' && path === 'scores') || (this.#mood === 'no-deletes' && request.method === 'DELETE');
    if (this.#mood === 'unavailable' || isRefused) {
      response.writeHead(503).end('{"message":"away"}');
      return;
    }
    if (request.method === 'POST') this.#posts.push({ path, text });
    const reply = this.#replyTo(request, path, text);
    if (reply === null) return void response.writeHead(404).end('{}');
    if (this.#mood === 'lose-reply') response.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  }

  #replyTo(request: IncomingMessage, path: string, text: string): unknown {
    if (request.method === 'DELETE') return this.#delete(path);
    return request.method === 'GET' && path === 'dataset-items' ? this.#items(request) : this.#take(path, text);
  }

  /** Null where it has no such trace. */
  #delete(path: string): unknown {
    const traceId = path.startsWith('traces/') ? path.slice('traces/'.length) : '';
    const left = this.spans.filter((span) => span.traceId !== traceId);
    if (left.length === this.spans.length) return null;
    this.spans.splice(0, this.spans.length, ...left);
    return { message: 'Trace deleted successfully' };
  }

  /** The last version of each item of a dataset, a page at a time. */
  #items(request: IncomingMessage): unknown {
    const query = new URL(request.url ?? '', this.baseUrl).searchParams;
    const items = this.posted('dataset-items').filter((item) => item.datasetName === query.get('datasetName'));
    const all = [...new Map(items.map((item) => [item.id, item])).values()];
    const limit = Number(query.get('limit'));
    const from = (Number(query.get('page')) - 1) * limit;
    return { data: all.slice(from, from + limit), meta: { totalPages: Math.ceil(all.length / limit) } };
  }

  #take(path: string, text: string): unknown {
    if (path === 'otel/v1/traces') {
      this.spans.push(...decodeOtlp(JSON.parse(text) as OtlpRequest).map((span) => this.bend(span)));
      return {};
    }
    if (path === 'scores') {
      this.scores.push(JSON.parse(text) as Record<string, unknown>);
      return { id: 'score' };
    }
    if (path === 'projects') return { data: [{ id: 'project-1', name: 'stub' }] };
    if (path.startsWith('v2/prompts/')) {
      const prompt = this.prompts.get(decodeURIComponent(path.slice('v2/prompts/'.length)));
      return prompt === undefined ? null : { type: 'text', ...prompt };
    }
    if (path === 'health') return { status: 'OK', version: 'stub' };
    if (path === 'v2/observations') return { data: this.spans.map(rowOf) };
    if (path !== 'v3/scores') return { id: 'made' };
    this.hiddenScores -= 1;
    return { data: this.hiddenScores >= 0 ? [] : this.scores };
  }
}

/** A span as the public API gives it back. */
function rowOf({ spanId, parentSpanId, name, startMs, endMs, attributes }: WireSpan): Record<string, unknown> {
  const read = (key: string) => attributes[`langfuse.observation.${key}`];
  const json = (key: string) => JSON.parse(String(read(key) ?? 'null')) as Record<string, number> | null;
  return {
    id: spanId,
    parentObservationId: parentSpanId,
    isRootObservation: parentSpanId === null || attributes['langfuse.internal.is_app_root'] === true,
    name,
    startTime: new Date(startMs).toISOString(),
    endTime: new Date(endMs).toISOString(),
    traceName: attributes['langfuse.trace.name'],
    environment: attributes['langfuse.environment'],
    model: read('model.name') ?? null,
    usageDetails: json('usage_details'),
    totalCost: json('cost_details')?.total ?? null,
  };
}

type OtlpValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number | string;
  doubleValue?: number;
  arrayValue?: { values?: OtlpValue[] };
};
type OtlpSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: OtlpValue }[];
};
type OtlpRequest = { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };

function decodeOtlp({ resourceSpans }: OtlpRequest): WireSpan[] {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  return spans.map(({ traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano, attributes }) => ({
    traceId,
    spanId,
    parentSpanId: parentSpanId === undefined || parentSpanId === '' ? null : parentSpanId,
    name,
    startMs: Number(BigInt(startTimeUnixNano) / 1_000_000n),
    endMs: Number(BigInt(endTimeUnixNano) / 1_000_000n),
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)])),
  }));
}

function plainValue({ stringValue, boolValue, intValue, doubleValue, arrayValue }: OtlpValue): unknown {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plainValue);
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
}
