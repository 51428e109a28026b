/** Asks for what the server may no longer have: a run's retention ends, an activity or a run ends by itself. */
import { ActivityNotFoundError, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';

/** NOT_FOUND in gRPC's list of codes. */
const notFound = 5;

/** Null where the server does not have it. @throws every other failure */
export async function unlessGone<Found>(asked: Promise<Found>): Promise<Found | null> {
  try {
    return await asked;
  } catch (error) {
    const isGone =
      error instanceof WorkflowNotFoundError ||
      error instanceof ActivityNotFoundError ||
      (isGrpcServiceError(error) && error.code === notFound);
    if (!isGone) throw error;
    return null;
  }
}
