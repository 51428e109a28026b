/** Sets up the SDK's native half: its log lines go to ours, its signals and telemetry are off. */
import { type LogLevel, type LogMetadata, Runtime, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../observability/logging.ts';

/** Once a process, before the first connection. The mains handle signals themselves, to stop things in order. */
export function installTemporalRuntime(log: Logger): void {
  Runtime.install({
    logger: forwardTo(log),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
}

function forwardTo(log: Logger): TemporalLogger {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  const write = (level: LogLevel, message: string, meta?: LogMetadata) => {
    const { error, ...rest } = { ...meta };
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
