/** A question as a fitted router sees it. */

export type QuestionFacts = {
  question: string;
  /** Of `repositoryFeatures`; null: the repository is not known. */
  repository: readonly number[] | null;
  /** Null: none was asked for. */
  embedding: ArrayLike<number> | null;
};

export type LabelledQuestion = QuestionFacts & { id: string; route: string };
