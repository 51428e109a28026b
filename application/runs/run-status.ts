/** The statuses by which runs are chosen, as `runs` shows them, each as the server writes it in a query. */
export const executionStatuses = {
  running: 'Running',
  waiting: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Canceled',
  terminated: 'Terminated',
  'timed-out': 'TimedOut',
} as const;

export type RunStatus = keyof typeof executionStatuses;

export const runStatuses = Object.keys(executionStatuses) as RunStatus[];
