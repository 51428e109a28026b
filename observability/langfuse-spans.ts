/** Spans as Langfuse takes them over OTLP: each row whole, with all that belongs to its trace; one root of the application. */
import { LangfuseOtelSpanAttributes as names } from '@langfuse/core';
import { createObservationAttributes } from '@langfuse/tracing';
import type { Attributes } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { experimentTitleOf } from '../contracts/names.ts';
import { agentOptions } from '../lib/http-request.ts';
import type { SentSpan, SentTrace } from '../contracts/trace.ts';
import { LangfuseError, type LangfuseSettings, langfuseHeaders } from './langfuse-api.ts';

/** An exporter of its own for each request, so that one request's failure is its own. @throws LangfuseError where it was answered, else Error */
export async function sendSpans(
  settings: LangfuseSettings,
  trace: SentTrace,
  some: readonly SentSpan[],
): Promise<void> {
  const spans = some.map((span) => toReadableSpan(trace, span));
  const exporter = new OTLPTraceExporter({
    url: `${settings.baseUrl}/api/public/otel/v1/traces`,
    headers: langfuseHeaders(settings),
    timeoutMillis: settings.timeoutSeconds * 1000,
    // An agent of its own for each exporter, which ends with it: as without a proxy.
    httpAgentOptions: { ...agentOptions(settings.network), keepAlive: false },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      exporter.export(spans, ({ code, error }) => {
        if (code === ExportResultCode.SUCCESS) resolve();
        else reject(noSpansTaken(settings, error));
      });
    });
  } finally {
    await exporter.shutdown();
  }
}

/** The exporter's errors carry the status of the answer, where there was one. */
function noSpansTaken({ baseUrl }: LangfuseSettings, error: (Error & { code?: unknown }) | undefined): Error {
  const message = `Langfuse at ${baseUrl} took no spans: ${error?.message ?? 'no reason given'}`;
  return typeof error?.code === 'number' ? new LangfuseError(error.code, message) : new Error(message);
}

const resource = resourceFromAttributes({ 'service.name': 'switchyard' });
const instrumentationScope = { name: 'langfuse-sdk', version: '5' };

function toReadableSpan(trace: SentTrace, span: SentSpan): ReadableSpan {
  const context = (spanId: string) => ({ traceId: trace.traceId, spanId, traceFlags: 1 });
  const [startTime, endTime] = [toHrTime(span.startMs), toHrTime(span.endMs)];
  const failed = span.level === 'ERROR';
  return {
    name: span.name,
    kind: 0,
    spanContext: () => context(span.id),
    ...(span.parentId === null ? {} : { parentSpanContext: context(span.parentId) }),
    startTime,
    endTime,
    duration: toHrTime(span.endMs - span.startMs),
    status: failed ? { code: 2, message: span.message ?? '' } : { code: 0 },
    attributes: attributesOf(trace, span),
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Whole milliseconds are exact in seconds and nanoseconds. */
function toHrTime(milliseconds: number): [number, number] {
  return [Math.floor(milliseconds / 1000), (milliseconds % 1000) * 1_000_000];
}

function attributesOf(trace: SentTrace, span: SentSpan): Attributes {
  const { workflowId, runId, webUrl } = trace;
  const observation = createObservationAttributes(span.type, {
    input: span.input,
    output: span.output,
    level: span.level,
    ...(span.message === null ? {} : { statusMessage: span.message }),
    metadata: { ...span.metadata, workflowId, runId, ...(webUrl === null ? {} : { webUrl }), ...versionOf(span) },
    ...generationOf(span),
  });
  return {
    ...observation,
    // Every row carries what belongs to the trace: Langfuse 4 joins nothing.
    [names.TRACE_NAME]: trace.name,
    ...(trace.session === null ? {} : { [names.TRACE_SESSION_ID]: trace.session }),
    ...(trace.user === undefined ? {} : { [names.TRACE_USER_ID]: trace.user }),
    [names.TRACE_TAGS]: trace.tags,
    [`${names.TRACE_METADATA}.workflowId`]: workflowId,
    [`${names.TRACE_METADATA}.runId`]: runId,
    ...(webUrl === null ? {} : { [`${names.TRACE_METADATA}.webUrl`]: webUrl }),
    [names.ENVIRONMENT]: trace.environment,
    ...(trace.release === null ? {} : { [names.RELEASE]: trace.release }),
    ...(span.parentId === null ? { [names.IS_APP_ROOT]: true } : {}),
    ...experimentOf(trace, span),
  };
}

function versionOf({ promptVersion }: SentSpan): Record<string, string> {
  return promptVersion === null ? {} : { promptVersion };
}

function generationOf({ model, parameters, usage, managedPrompt, costs }: SentSpan) {
  if (model === null) return {};
  return {
    model,
    modelParameters: parameters,
    ...(managedPrompt === null ? {} : { prompt: { ...managedPrompt, isFallback: false } }),
    // What an earlier benchmark has paid is not paid again.
    ...(usage === null || usage.reused !== undefined
      ? {}
      : {
          usageDetails: {
            input: usage.inputTokens - usage.cachedInputTokens,
            input_cached_tokens: usage.cachedInputTokens,
            output: usage.outputTokens - usage.reasoningTokens,
            output_reasoning_tokens: usage.reasoningTokens,
            total: usage.inputTokens + usage.outputTokens,
          },
          ...(usage.costUsd === null ? {} : { costDetails: { ...costs, total: usage.costUsd } }),
        }),
  };
}

/** The compare view takes what it shows from here alone: nothing of it is read from the dataset. */
function experimentOf({ experiment, about, spans }: SentTrace, { parentId }: SentSpan): Attributes {
  if (experiment === null) return {};
  const rootId = spans.find((span) => span.parentId === null)?.id;
  return {
    [names.EXPERIMENT_ID]: experiment.id,
    [names.EXPERIMENT_NAME]: experimentTitleOf(experiment.id),
    [names.EXPERIMENT_DATASET_ID]: experiment.datasetId,
    [names.EXPERIMENT_ITEM_ID]: experiment.itemId,
    ...(rootId === undefined ? {} : { [names.EXPERIMENT_ITEM_ROOT_OBSERVATION_ID]: rootId }),
    ...(about === undefined
      ? {}
      : {
          [names.EXPERIMENT_DESCRIPTION]: about.description,
          [names.EXPERIMENT_METADATA]: JSON.stringify(about.metadata),
          [names.EXPERIMENT_ITEM_METADATA]: JSON.stringify(about.itemMetadata),
          ...(parentId === null ? { [names.EXPERIMENT_ITEM_EXPECTED_OUTPUT]: about.expectedOutput } : {}),
        }),
  };
}
