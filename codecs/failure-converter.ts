/** Writes messages and stack traces of failures as payloads, so that the codec encrypts them. */
import { DefaultFailureConverter } from '@temporalio/common';

/** Loaded by the SDK by this name, in the worker and in workflow code. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
