/** One thing that the doctor looked at. */

/** `later`: not there yet, and comes by itself when it is needed. */
export type Finding = {
  name: string;
  status: 'ok' | 'missing' | 'later';
  detail: string;
  /** What to do about it; null when nothing. */
  remedy: string | null;
};

export const ok = (name: string, detail: string): Finding => ({ name, status: 'ok', detail, remedy: null });

export const missing = (name: string, detail: string, remedy: string): Finding => ({
  name,
  status: 'missing',
  detail,
  remedy,
});

export const later = (name: string, detail: string, remedy: string): Finding => ({
  name,
  status: 'later',
  detail,
  remedy,
});
