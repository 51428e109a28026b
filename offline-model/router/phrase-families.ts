/** Families of words and phrases, each of which speaks for a kind of question. */

/**
 * Phrases, separated by commas; an asterisk stands for any ending (`crash*`), a dash for a dash, a blank or nothing
 * (`set-up`).
 */
const families: Readonly<Record<string, string>> = {
  errorTalk: `error, errors, exception*, failing, failure, failures, failed, rejected, rejects, throws, thrown`,
  trouble: `bug, bugs, broken, crash*, fail, fails, freez*, hang, hangs, stuck, leak, leaks, wrong*, missing, lost,
    corrupt*, stale, slow, slower, issue, problem, problems, garbage, flicker*, stall*, incorrect*,
    killed, loses, skipped`,
  symptom: `dropped, drift*, jitter*, truncat*, overlap*, blank, gone, twice, cut off, unavailable, duplicated,
    mismatch*, invalid, denied, refused, forbidden, unexpected*, unknown, ignored, stops, stopped, reset, hidden,
    grey, silently, too slow, too high, too low, too late, too many, too long, off by, shifted, behind, times out,
    timed out, out of memory, fell, inconsistent, logged out`,
  denial: `not, never, no longer, nothing, cannot, can't, doesn't, don't, isn't, won't, didn't, unable, without`,
  refusal: `not, never, no longer, nothing, cannot, unable to, fail to, fails to, refuse, refuses, stopped, stops`,
  intermittent: `sometimes, random, randomly, intermittent*, occasionally, flaky, from time to time,
    every few, every other`,
  expectation: `expect, expected, expecting, actual, actually, instead, should be, should have, should not,
    shouldn't be, shouldn't have`,
  cure: `fix*, solve, solves, solved, solution, workaround, get rid of, debug, diagnos*, track down,
    track it down, troubleshoot*, reproduce`,
  reportHeading: `describe the bug, to reproduce, expected behavior, expected behaviour, expected result, actual
    behavior, actual behaviour, actual result, your environment`,
  codeNouns: `function, functions, method, methods, class, classes, module, modules, struct, structs, interface,
    interfaces, subclass*, algorithm, algorithms, data structure, data structures, implement*, visitor, visitors,
    hook, hooks, handler, handlers, parameter, parameters, argument, arguments, constant, constants, mixin,
    mixins, operator, operators, controller, controllers, code, codebase, source, sources`,
  codeVerbs: `implement, implements, implemented, call, calls, called, invoke, invokes, inherit, inherits,
    override, overrides, registered, compute, computed, store, stores, stored, track, tracks, decide, decides,
    parse, parses, raised, defined, internally, under the hood, represented, serialised, checked, handle, handles,
    return, returns`,
  codeRole: `role, purpose, responsib*, point of, reason behind, reason for, reasoning behind, reasoning for,
    rationale, motivated, relationship, interact*, what happens`,
  internals: `internal*, under the hood, implement*, in memory, on disk, defined, instantiat*, step by step, line
    by line, code path, code paths, in the code, source`,
  docsNouns: `doc, docs, documentation, readme, guide, guides, tutorial, tutorials, manual, handbook, example,
    examples, overview, reference, getting started, quick-start, walkthrough, cheat sheet, how-to, typo, design
    document, rfc`,
  docsParts: `manual, handbook, chapter, section, page, link, reference, screenshot, wording, grammar, outdated,
    misleading, sentence, paragraph, clarify, read, reads`,
  docsRepair: `typo, spelling, broken link, doc improvement, missing docs, add docs, add
    documentation, documented, misspel*`,
  setup: `install*, configur*, set-up, setting, settings, option, options, deploy*, self-host*, enable,
    disable, migrat*, requirement, requirements, env var, env vars, environment variable, environment variables,
    flash, config file, settings file, config, settings, flag, flags, command line, env, variables, by default`,
  caveats: `caveat, caveats, pitfall, pitfalls, gotcha*, limitation, limitations, limits, restriction*, maximum, risk,
    risks, safe to, allowed, guarantee, guarantees, promise*, precedence, priority, deprecated, discouraged`,
  support: `support, supports, supported, compatib*, available, possible, recommended, best practice, requir*,
    prerequisite, prerequisites`,
  concepts: `architecture, concept, concepts, high-level, conceptual*, design, structured, mean, means, meant,
    meaning, terminology, versus, difference`,
  overview: `architect*, overall, high-level, overview, bird's-eye, broad strokes, fit together, in words,
    conceptual*, main components, main concepts, main parts, main ideas, the system, its system, whole system, the
    subsystem, the systems, organised, organized, at a glance, newcomer, beginner, beginners, plain words, point
    of view, terminology`,
  people: `licen*, maintains, maintainer, maintainers, maintained, contribut*, communit*, sponsor*, donat*,
    hiring, author, authors, team, company, companies, organisation, organization, volunteer, volunteers, pull
    request, pull requests, founded, who`,
  provenance: `licen*, gpl, mit, bsd, copyleft, copyright*, audit*, supply chain, third-party, dependencies, trust*,
    govern*, support contract, security patches, backed by, bill of materials, vulnerability, disclos*, signed by,
    bus factor, lawyer*, procurement, compliance, cited, citation, cadence, support policy, releases, mature, stable,
    production ready, in production, long-term`,
  wideWorld: `in general, nowadays, these days, in industry, in history, invent*, founded, first released, stand for,
    stands for, in theory, mathematically, google, microsoft, amazon, apple, facebook, meta, uber, spotify,
    whatsapp, oracle, ibm, intel, tesla, europe, cheapest, cheap, expensive, in the world, worldwide, famous`,
  newcomer: `new here, new to, nutshell, what is this, what is it, what's this, what's it, what kind of, first day,
    never heard, in one sentence, non-technical, no idea what, this project, this product, this thing, this
    repository, this repo, the point of this`,
  someone: `who, whom, whose, anyone, anybody, somebody, someone, they`,
  amounts: `when will, roadmap, eta, release date, plan, plans, how old, how long, how many, how big, how much,
    how popular, how far`,
  money: `pay, paid, pricing, price, cost, commercial*, royalt*, legal*, liable, sell, donat*, salary,
    invest, buy, free for, fund*`,
  judgement: `better, best, opinion, think, worth, recommend, popular, alternative, alternatives, compare,
    compares, compared, vs, love, future, overrated, good`,
  feeling: `love, congrat*, nice*, worst, best, disappointed, bored, sorry, great, glad, hate, awesome, amazing, worth,
    honestly, feel`,
  courtesy: `congrat*, hello, hi, hey, thank, thanks, thank you, please, cheers, sorry, great`,
  firstPerson: `i, my, me, we, our, i'm, i'd, i've`,
  you: `you, your, yourself`,
};

const patterns = Object.entries(families).map(([family, phrases]) => [family, anyPhrase(phrases)] as const);

/** The names of the families of which a question shows a member. */
export function phraseFamilies(text: string): string[] {
  const lower = text.toLowerCase();
  return patterns.filter(([, pattern]) => pattern.test(lower)).map(([family]) => family);
}

/** Matches whole lower-case words in time linear in the text. */
function anyPhrase(phrases: string): RegExp {
  const alternatives = phrases
    .split(',')
    .map((phrase) => phrase.trim().replaceAll(/\s+/gu, ' ').replaceAll('-', '[- ]?').replaceAll('*', '\\w*'));
  return new RegExp(`\\b(?:${alternatives.join('|')})\\b`, 'u');
}
