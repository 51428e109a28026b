/** The pipeline as plain function calls: nothing is recorded, and nothing outlives the process. */
import { answer } from './conversation.ts';
import * as steps from './pipeline.ts';
import { questionOf, serve } from './serve.ts';

serve((id) => answer(id, questionOf(id), steps, (_name, step) => step()));
