/** How a benchmark's activities are called: none costs money, and none may end a benchmark because it is slow. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';

/** Soon enough that a killed worker does not hold a benchmark up. */
const heartbeatTimeout = '15s';

export const { openBenchmark, nextQuestions } = proxyActivities<Pick<Activities, 'openBenchmark' | 'nextQuestions'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout,
  retry: { maximumAttempts: 5, initialInterval: '500ms', maximumInterval: '10s' },
});

/** It may wait for a run that an earlier try of the benchmark has left to itself. */
export const { recordAnswer } = proxyActivities<Pick<Activities, 'recordAnswer'>>({
  startToCloseTimeout: '7d',
  heartbeatTimeout,
  retry: { maximumAttempts: 5, initialInterval: '500ms', maximumInterval: '10s' },
});

export const { openExperiment } = proxyActivities<Pick<Activities, 'openExperiment'>>({
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout,
  retry: { maximumAttempts: 3, initialInterval: '1s', maximumInterval: '10s' },
});

export const { scoreAnswer } = proxyActivities<Pick<Activities, 'scoreAnswer'>>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});
