/** Sets up the SDK's native half: its log lines go to ours, its signals are off, its metrics and ours are served where it is told. */
import { type LogLevel, type LogMetadata, Runtime, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../observability/logging.ts';

/**
 * Once a process, before the first connection. The mains handle signals themselves, to stop things in order.
 * @param metricsAddress host:port; null serves no metrics
 */
export function installTemporalRuntime(log: Logger, metricsAddress: string | null): void {
  Runtime.install({
    logger: forwardTo(log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === null ? {} : { metrics: { prometheus: { bindAddress: metricsAddress, ...naming } } }),
    },
  });
}

/** The names that Prometheus asks for: `…_total`, and the unit at the end. */
const naming = { countersTotalSuffix: true, unitSuffix: true };

function forwardTo(log: Logger): TemporalLogger {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  const write = (level: LogLevel, message: string, meta?: LogMetadata) => {
    const { error, workflowRunId, ...others } = { ...meta };
    // One name for a run's id, in lines of workflows and of activities.
    const rest = workflowRunId === undefined ? others : { ...others, runId: workflowRunId };
    // Our logger writes an error out, its causes too, under this name only.
    log[levels[level]](error === undefined ? rest : { ...rest, err: error }, message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}
