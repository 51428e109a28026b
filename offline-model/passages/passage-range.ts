/** Which lines make a passage, before their words are looked at. */

/** A passage has at most so many lines. */
export const longestPassage = 12;

export type PassageKind = 'definition' | 'code' | 'prose' | 'entry';

/** Lines of a place, from 0, the last one excluded. */
export type Range = {
  from: number;
  to: number;
  kind: PassageKind;
  /** What the lines define, or the definition around them. */
  name: string | null;
  heading: string;
  /** Whether the range begins with what it defines, so that its first line says what it is. */
  whole: boolean;
};

export const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === '';
