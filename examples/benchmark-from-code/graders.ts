/** Graders of one's own: functions of a record of the run log and its question, which has its ground truth. */
import type { OwnGrader } from '../../harness/graders/own-graders.ts';

export const graders = {
  /** A score alone. */
  short: ({ final_answer }) => (final_answer === null ? null : final_answer.length < 600),
  /** A score with its reason. */
  citesCode: ({ evidence }) => {
    const paths = (evidence ?? []).map(({ path }) => path);
    return { score: paths.some((path) => path.endsWith('.js')), reason: `cites ${paths.join(', ') || 'nothing'}` };
  },
} satisfies Record<string, OwnGrader>;
