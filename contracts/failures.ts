/**
 * Every failure by name and by what to do about it; each has a page in docs/failures. Free of schemas, since workflow
 * code needs the table.
 */

/**
 * `retry`: the activity's retry policy may try again.
 * `wait`: once the attempts are spent, the run waits, visible, until a person resumes it (`switchyard runs resume`).
 * `setting`: where to look first.
 */
export const failureKinds = {
  ModelKeyRejected: { retry: false, wait: false, setting: 'OPENAI_API_KEY' },
  ModelForbidden: { retry: false, wait: false, setting: 'OPENAI_API_KEY' },
  ModelNotFound: { retry: false, wait: false, setting: 'SWITCHYARD_MODEL' },
  ModelRequestRefused: { retry: false, wait: false, setting: 'SWITCHYARD_MODEL' },
  ModelContentFiltered: { retry: false, wait: false, setting: null },
  ModelContextTooLong: { retry: false, wait: false, setting: 'SWITCHYARD_MODEL' },
  ModelQuotaSpent: { retry: false, wait: true, setting: 'OPENAI_API_KEY' },
  ModelUnpriced: { retry: false, wait: false, setting: 'budget.costUsd' },
  ModelBusy: { retry: true, wait: true, setting: null },
  ModelUnavailable: { retry: true, wait: true, setting: 'OPENAI_BASE_URL' },
  ModelTimedOut: { retry: true, wait: true, setting: 'SWITCHYARD_MODEL_TIMEOUT_SECONDS' },
  RepositoryTimedOut: { retry: true, wait: true, setting: '--repo' },
  ToolTimedOut: { retry: true, wait: true, setting: null },
  CitationCheckTimedOut: { retry: true, wait: true, setting: null },
  RunPaused: { retry: false, wait: true, setting: null },
  WorkerLost: { retry: true, wait: true, setting: 'SWITCHYARD_HEARTBEAT_SECONDS' },
  RepositoryUnusable: { retry: false, wait: false, setting: '--repo' },
  SnapshotUnavailable: { retry: false, wait: false, setting: 'SWITCHYARD_HOME' },
  HeldElsewhere: { retry: true, wait: true, setting: 'SWITCHYARD_STORE_URL' },
  StoreUnavailable: { retry: true, wait: true, setting: 'SWITCHYARD_STORE_URL' },
  ContentUnavailable: { retry: false, wait: false, setting: 'SWITCHYARD_HOME' },
  EncryptionKeyUnknown: { retry: false, wait: true, setting: 'SWITCHYARD_ENCRYPTION_KEYS' },
  EncryptedDataDamaged: { retry: false, wait: false, setting: 'SWITCHYARD_ENCRYPTION_KEYS' },
  ToolsFailed: { retry: false, wait: false, setting: null },
  ForeignServerUnavailable: { retry: true, wait: false, setting: 'SWITCHYARD_MCP_SERVERS' },
  ForeignServerDied: { retry: true, wait: false, setting: 'SWITCHYARD_MCP_SERVERS' },
  ForeignToolTimedOut: { retry: true, wait: false, setting: 'SWITCHYARD_MCP_SERVERS' },
  ForeignToolChanged: { retry: false, wait: false, setting: 'SWITCHYARD_MCP_SERVERS' },
  ForeignToolUnfit: { retry: false, wait: false, setting: 'foreignTools' },
  ForeignToolFailed: { retry: false, wait: false, setting: null },
  ForeignOutcomeUnknown: { retry: false, wait: false, setting: null },
  RenderingChanged: { retry: false, wait: false, setting: null },
  Unforeseen: { retry: true, wait: false, setting: null },
} as const satisfies Record<string, { retry: boolean; wait: boolean; setting: string | null }>;

export type FailureKind = keyof typeof failureKinds;

/** Whether an error's name is one of ours. */
export function isFailureKind(name: string): name is FailureKind {
  return Object.hasOwn(failureKinds, name);
}

/** The page that tells what the kind means and what to do, as a path in the checkout. */
export function failurePage(kind: FailureKind): string {
  return `docs/failures/${kind.replace(/\B[A-Z]/g, '-$&').toLowerCase()}.md`;
}
