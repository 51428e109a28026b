#!/usr/bin/env bash
# Measures and compares, as action.yml says. It writes the results to $FOLDER and `exit-code` and `verdict` to $GITHUB_OUTPUT,
# and ends with 0 whatever came of it: a later step of the action ends with the code. Whatever is not known is a failure.
set -u -o pipefail

switchyard="${GITHUB_ACTION_PATH:?}/client/bin.js"
folder="${FOLDER:?}"
export SWITCHYARD_HOME="${SWITCHYARD_HOME:-${RUNNER_TEMP:?}/switchyard}"
mkdir -p "$folder"
# An earlier run's result is none of this one's.
rm -f "$folder"/{report.html,memo.md,junit.xml,comparison.json,summary.md}

# What the commands print is no command to the runner.
silence="switchyard-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
echo "::stop-commands::$silence"

finish() {
  local code=$1 why=${2:-} verdict=${3:-}
  if [ ! -s "$folder/summary.md" ]; then
    printf '### No verdict\n\n**Nothing was compared.** %s\n' "$why" > "$folder/summary.md"
  fi
  echo "::$silence::"
  if [ -n "$why" ]; then echo "::error::$why"; fi
  { echo "exit-code=$code"; echo "verdict=$verdict"; } >> "${GITHUB_OUTPUT:?}"
  exit 0
}

# One option for each line that is not empty.
options=()
each() {
  local option=$1 line
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    if [ -n "$line" ]; then options+=("$option=$line"); fi
  done <<< "$2"
}

# Prints a field of a JSON file: field FILE 'value.path'
field() { node -e 'const value = JSON.parse(fs.readFileSync(process.argv[1], "utf8")); process.stdout.write(String(eval(process.argv[2]) ?? ""))' "$@"; }

log="${RUN_LOG:-}"
if [ -z "$log" ]; then
  if [ -z "${DATASET:-}" ]; then finish 2 'The action needs the input dataset, or run-log.'; fi
  each --dataset "$DATASET"
  each --pipeline "${PIPELINES:-}"
  each --baseline "${BASELINE:-}"
  each --questions "${QUESTIONS:-}"
  each --trials "${TRIALS:-1}"
  each --limit "${LIMIT:-}"
  if [ "${OFFLINE:-false}" != true ] && [ -z "${OPENAI_API_KEY:-}${OPENAI_BASE_URL:-}" ] && [ ! -f .env ]; then
    finish 2 'No model is configured (OPENAI_API_KEY or OPENAI_BASE_URL). A pull request from a fork is given no secrets; with the input offline: true the offline model answers.'
  fi
  node "$switchyard" bench run --yes --json "${options[@]}" > "$folder/benchmark.json"
  code=$?
  if [ $code -ne 0 ]; then finish $code "The benchmark ended before its last question (exit code $code): the log of the job tells why."; fi
  log="$(field "$folder/benchmark.json" value.folder)/run-log.jsonl" || finish 1 'The benchmark has said nothing of its run log.'
fi

manifest="$(dirname "$log")/benchmark.json"
variant() { if [ -f "$manifest" ]; then field "$manifest" "$1"; fi; }
names='value.variants.map((each) => each.name)'
baseline="${BASELINE:-$(variant "$names[0]")}"
candidate="${CANDIDATE:-$(BASE="$baseline" variant "$names.find((name) => name !== process.env.BASE)")}"
if [ -z "$baseline" ] || [ -z "$candidate" ]; then
  finish 2 'There are no two pipelines to compare: name them by the inputs baseline and candidate, or give two pipelines.'
fi

options=()
if [ -n "${RUN_LOG:-}" ]; then each --dataset "${DATASET:-}"; fi
each --gate "${GATES:-}"
each --margin "${MARGINS:-}"
each --grader "${GRADERS:-}"
for file in report.html memo.md junit.xml; do options+=("--output=$folder/$file"); done
node "$switchyard" compare "$log:$baseline" "$log:$candidate" --summary "$folder/summary.md" --json "${options[@]}" \
  > "$folder/comparison.json"
code=$?
if [ $code -ne 0 ] && [ $code -ne 100 ]; then
  rm -f "$folder/summary.md"
  finish $code "The comparison failed (exit code $code): the log of the job tells why."
fi
verdict="$(field "$folder/comparison.json" value.verdict.kind)" || finish 1 'The comparison has said nothing.'
if [ "${OFFLINE:-false}" != true ] && [ "$(field "$folder/comparison.json" value.offline)" != false ]; then
  rm -f "$folder/summary.md"
  finish 1 'The offline model has answered, which is no language model: configure a model, or allow it with the input offline: true.'
fi
if [ ! -s "$folder/summary.md" ] || [ ! -s "$folder/junit.xml" ]; then finish 1 'The comparison has written no result.'; fi
if [ $code -eq 100 ]; then finish 100 'A gate is not met.' "$verdict"; fi
finish 0 '' "$verdict"
