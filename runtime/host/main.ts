/** The data directory's runtime: started by the first command that needs it, gone after the last; see runtime.ts. */
import { createCipher } from '../../codecs/cipher.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loadConfig } from '../../config/load-config.ts';
import { createLogger } from '../../observability/logging.ts';
import { hostRuntime } from './host-runtime.ts';
import { redactorOf } from '../../config/redactor.ts';
import { keepFilesPrivate } from '../../lib/fs.ts';
import { stopSignal } from './stop-signals.ts';
import { messageOf } from '../../lib/errors.ts';
import { startThreadAhead } from '../../worker/workflow-threads.ts';

try {
  // The data directory holds private code and answers about it: what is created there is for its owner alone.
  keepFilesPrivate();
  const config = loadConfig(process.env);
  const paths = dataPaths(config.dataDirectory);
  const log = createLogger({
    level: config.logLevel,
    file: paths.runtimeLog,
    redactor: redactorOf(config),
    cipher: createCipher(config.encryption.keys),
  });
  const problems = await hostRuntime({
    config,
    log,
    stop: stopSignal(),
    joinWithinSeconds: 15,
    // Loaded when it is needed: looking at runs needs the server only, and is up sooner without. A failure to load
    // shows where it matters, in `startWorker`.
    warmUp: () => {
      startThreadAhead();
      void Promise.allSettled([import('../../worker/create-worker.ts')]);
    },
    startWorker: async (server, progress) => {
      progress('starting the worker');
      const { installTemporalRuntime } = await import('../../worker/temporal-runtime.ts');
      const { startWorker } = await import('../../worker/create-worker.ts');
      installTemporalRuntime(log, config.metricsAddress);
      return startWorker(config, server, log);
    },
  });
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof Error && error.name === 'ConfigError' ? 2 : 1;
}
