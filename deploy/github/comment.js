/**
 * Keeps one comment of a pull request up to date: node comment.js SUMMARY. It runs as a step of action.yml, on whatever Node
 * the runner has, and never fails the job: the summary says the same, and the token of a pull request from a fork may not write.
 */
import { readFileSync } from 'node:fs';

const {
  COMMENT_NAME: name = 'benchmark',
  GITHUB_API_URL: api = 'https://api.github.com',
  GITHUB_EVENT_PATH: eventFile,
  GITHUB_REPOSITORY: repository,
  GITHUB_RUN_ID: run,
  GITHUB_SERVER_URL: server = 'https://github.com',
  GITHUB_TOKEN: token,
} = process.env;

/** GitHub takes 65,536 characters. */
const mostBytes = 64_000;
const requestMs = 20_000;
const mostPages = 100;
const issues = `/repos/${repository}/issues`;

const pull = eventFile === undefined ? undefined : JSON.parse(readFileSync(eventFile, 'utf8')).pull_request;
if (pull === undefined) say('this is no pull request: there is nothing to comment on');
else if (pull.head?.repo?.full_name !== repository)
  say(
    'the pull request comes from a fork, whose token may not write: the result stands in the summary of the job alone',
  );
else await comment(pull.number).catch((error) => say(`the comment could not be written: ${error.message}`, 'warning'));

async function comment(number) {
  // Nothing that a summary holds can end the marker: it is made of letters.
  const marker = `<!-- switchyard ${Buffer.from(name).toString('hex')} -->`;
  const link =
    run === undefined ? '' : `\n[The run of this job](${server}/${repository}/actions/runs/${run}) has the report.\n`;
  const text = Buffer.from(readFileSync(process.argv[2], 'utf8')).subarray(0, mostBytes).toString();
  const body = `${marker}\n${text.toWellFormed().replaceAll('\ufffd', '')}${link}`;
  const own = await ownComment(number, marker);
  if (own === undefined) await ask('POST', `${issues}/${number}/comments`, { body });
  else await ask('PATCH', `${issues}/comments/${own.id}`, { body });
  say(own === undefined ? 'commented on the pull request' : 'brought the comment of the pull request up to date');
}

/** Somebody else's comment that begins alike is not ours to change. A job's own token cannot ask whose it is: it is a bot's. */
async function ownComment(number, marker) {
  const login = await ask('GET', '/user').then(
    (user) => user.login,
    () => null,
  );
  const isOwn = (user) => (login === null ? user?.type === 'Bot' : user?.login === login);
  for (let page = 1; page <= mostPages; page += 1) {
    const comments = await ask('GET', `${issues}/${number}/comments?per_page=100&page=${page}`);
    const own = comments.find(({ body, user }) => isOwn(user) && body?.startsWith(marker));
    if (own !== undefined || comments.length < 100) return own;
  }
  return undefined;
}

async function ask(method, path, body) {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(requestMs),
  });
  if (!response.ok)
    throw new Error(
      `${method} ${path} was answered by ${response.status}${response.status === 403 ? ': the job needs the permission "pull-requests: write"' : ''}`,
    );
  return response.json();
}

/** A line that the runner reads as a command is one line. */
function say(message, level = 'notice') {
  process.stdout.write(
    `::${level}::${message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}\n`,
  );
}
