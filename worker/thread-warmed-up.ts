/**
 * Loaded into a workflow thread that is started ahead: protobufjs resolves the whole of Temporal's API for the first message
 * that a thread reads, for which the first workflow task would wait.
 */
import proto from '@temporalio/proto';

const jobs = [{ initializeWorkflow: {} }, { resolveActivity: { result: { completed: {} } } }];
proto.coresdk.workflow_activation.WorkflowActivation.fromObject({ jobs });
