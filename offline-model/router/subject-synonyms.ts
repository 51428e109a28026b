/** Words for one subject, so that a route described as `authentication` is found by a question on logins. */

import { stemWord } from './word-stem.ts';

/**
 * Subjects as `names: words`. A route whose description has one of the names is about the subject; a question that has
 * a name or a word touches it. The lists are short on purpose: they widen a description, they do not replace it.
 */
const subjects = [
  `security secure auth authentication authorisation authorization permission vulnerability secret identity access
    crypto: login logout password credential token jwt oauth oidc sso saml acl rbac role session exploit cve
    injection xss csrf sanitise sanitize escape encrypt encryption decrypt tls ssl certificate signature signing
    hash attacker malicious verify verified`,
  `storage database persistence persistent sql data: store persist postgres mysql sqlite mongodb redis query table
    row column index transaction replication replica backup disk filesystem bucket s3 blob schema orm snapshot
    migration wal btree record`,
  `cache caching: evict eviction lru ttl invalidate invalidation redis memcached stale`,
  `api endpoint rest http graphql rpc interface: request response webhook grpc status payload header openapi
    swagger json post put get patch route url pagination client`,
  `build compile compiling compilation packaging toolchain ci bundling: compiler bundle bundler package release
    pipeline cmake make makefile webpack rollup vite gradle maven cargo bazel linker linking artifact dependency
    lockfile publish docker`,
  `frontend ui ux component react vue svelte angular browser styling css: style stylesheet html dom button form
    page layout render modal dialog responsive animation theme accessibility widget screen footer navbar menu
    dropdown tooltip hook focus click`,
  `backend server: api database queue worker endpoint request transaction cache microservice job cron middleware
    sql orm rpc`,
  `job queue worker background: task broker consumer producer retry schedule scheduler cron message enqueue`,
  `billing payment invoice subscription pricing checkout: pay charge price refund stripe card tax vat credit plan
    customer receipt money currency coupon`,
  `test testing qa coverage: unit integration fixture mock stub assertion snapshot pytest jest vitest junit
    flaky e2e suite`,
  `performance latency speed profiling optimisation optimization: slow fast memory cpu profile profiler benchmark
    throughput optimise optimize leak allocation bottleneck`,
  `deployment deploy infrastructure infra operation operations ops devops cloud hosting: kubernetes k8s helm
    docker container terraform aws azure gcp cluster rollout node scaling pod replica`,
  `mobile android ios: iphone ipad swift kotlin flutter app tablet touch apk xcode gradle`,
  `ml ai machine model training inference: learning neural gpu cuda dataset embedding tensor weights epoch prompt
    llm loss batch`,
  `network networking connectivity transport: socket tcp udp dns proxy connection packet bandwidth firewall
    websocket port timeout`,
  `observability monitoring logging telemetry metric tracing: log trace span alert dashboard
    prometheus opentelemetry exporter`,
  `graphics rendering: render shader texture mesh gpu vulkan opengl lighting shadow camera animation sprite`,
  `search retrieval ranking: relevance index query score bm25 vector tokenizer`,
  `localisation localization i18n translation language: translate locale plural rtl`,
  `legal licence license compliance privacy: copyright gdpr patent mit apache gpl`,
  `configuration config setting: option environment variable flag yaml toml env`,
  `concurrency thread threading parallelism: async lock mutex race deadlock parallel atomic`,
  `email mail notification: smtp imap sms push inbox`,
] as const;

const named = new Map<string, Set<number>>();
const touched = new Map<string, Set<number>>();
subjects.forEach((line, subject) => {
  const [names = '', words = ''] = line.split(':');
  addStems(named, names, subject);
  addStems(touched, `${names} ${words}`, subject);
});

/** The subjects, as numbers, that a route's stems name. */
export function namedSubjects(stems: Iterable<string>): ReadonlySet<number> {
  return new Set([...stems].flatMap((stem) => [...(named.get(stem) ?? [])]));
}

/** The subjects that a word of a question touches. */
export function touchedSubjects(stem: string): ReadonlySet<number> {
  return touched.get(stem) ?? new Set();
}

function addStems(subjectsOf: Map<string, Set<number>>, words: string, subject: number): void {
  for (const stem of words.trim().split(/\s+/u).map(stemWord)) {
    subjectsOf.set(stem, (subjectsOf.get(stem) ?? new Set()).add(subject));
  }
}
