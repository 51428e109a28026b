/** Verbs as comments, lists and changelogs begin with them: enough to turn such a line into a question. */

const bases = `
accept add adjust allow analyse analyze append apply apply assert assign attach await bind block build cache calculate call
cancel capture change check choose clamp clean clear clone close collapse collect colorize combine compare compile complete
compose compress compute configure confirm connect consume contain control convert copy count create customize cut debug
decide declare decode decompress decorate decrease define delete deliver deny describe deserialize detect determine disable
discard dispatch display distribute do download draw drop dump echo emit enable encode encrypt end enforce ensure enter
enumerate escape estimate evaluate exclude execute exit expand expect export expose extend extract fail fetch fill filter
finalize find finish fire fix flatten flush fold follow force format forward freeze gather generate get give group guess
handle hash hide hold identify ignore implement import include increase increment index infer inherit initialize inject
insert inspect install interpret intersect invalidate invert invoke issue iterate join keep kill lex like limit link list listen
load locate lock log look lower make manage map mark match measure merge modify monitor mount move mutate name navigate
negotiate normalize notify obtain open optimize order output override pack parse partition pass pause perform persist pick
pipe place poll pop populate post prefix prepare prepend preserve prevent print process produce prompt propagate protect
provide prune publish pull push put query queue quote raise read rebuild receive record recover redirect reduce refresh
register reject release reload remove rename render repeat replace report represent request require reset resolve respond
restart restore restrict resume retrieve retry return reverse revert rewrite rotate round route run sanitize save scan
schedule scroll search select send separate serialize serve set shift show shuffle shut signal simulate skip sleep slice sort
specify split start stop store stream strip submit subscribe substitute suggest sum support suppress swap switch sync take
tell terminate test throttle throw toggle track transform translate traverse trigger trim truncate try turn unescape unlock
unregister unset unsubscribe unwrap update upgrade upload use validate verify visit wait walk warn watch wrap write yield
`
  .trim()
  .split(/\s+/);

const irregular: Record<string, string> = { does: 'do', goes: 'go', tries: 'try', has: 'have' };
const known = new Set(bases);

/** The base of a verb in its third person (`Returns`), else null. */
export function baseOfThird(word: string): string | null {
  const lower = word.toLowerCase();
  const base = [irregular[lower], lower.replace(/ies$/, 'y'), lower.replace(/es$/, ''), lower.replace(/s$/, '')].find(
    (one) => one !== undefined && one !== lower && known.has(one),
  );
  return base ?? null;
}

/** The base of `Customizing`, else null. */
export function baseOfGerund(word: string): string | null {
  const trunk = /^([a-z]{2,})ing$/.exec(word.toLowerCase())?.[1];
  if (trunk === undefined) return null;
  return [trunk, `${trunk}e`, trunk.replace(/(.)\1$/, '$1')].find((one) => known.has(one)) ?? null;
}

export const isBaseVerb = (word: string): boolean => known.has(word.toLowerCase());

export function thirdOf(base: string): string {
  if (/[^aeiou]y$/.test(base)) return base.replace(/y$/, 'ies');
  return /(s|sh|ch|x|z|o)$/.test(base) ? `${base}es` : `${base}s`;
}

const pastForms: Record<string, string> = {
  add: 'added',
  added: 'added',
  adds: 'added',
  fix: 'fixed',
  fixed: 'fixed',
  fixes: 'fixed',
  remove: 'removed',
  removed: 'removed',
  removes: 'removed',
  drop: 'dropped',
  dropped: 'dropped',
  drops: 'dropped',
  deprecate: 'deprecated',
  deprecated: 'deprecated',
  rename: 'renamed',
  renamed: 'renamed',
  allow: 'allowed',
  allowed: 'allowed',
  allows: 'allowed',
  prevent: 'prevented',
  prevented: 'prevented',
  prevents: 'prevented',
  introduce: 'introduced',
  introduced: 'introduced',
  introduces: 'introduced',
  improve: 'improved',
  improved: 'improved',
  change: 'changed',
  changed: 'changed',
  replace: 'replaced',
  replaced: 'replaced',
  support: 'brought support for',
  enable: 'enabled',
  enabled: 'enabled',
  disable: 'disabled',
  disabled: 'disabled',
  expose: 'exposed',
  exposed: 'exposed',
  restore: 'restored',
  restored: 'restored',
  ensure: 'made sure',
  make: 'made',
  made: 'made',
  revert: 'reverted',
  reverted: 'reverted',
  implement: 'implemented',
  implemented: 'implemented',
  correct: 'corrected',
  avoid: 'avoided',
  handle: 'handled',
  require: 'required',
  stop: 'stopped',
  stopped: 'stopped',
  show: 'showed',
  use: 'began to use',
  pass: 'passed',
};

/** How a changelog's first word reads in "Which release … it": null for other words. */
export const pastOf = (word: string): string | null => pastForms[word.toLowerCase()] ?? null;
