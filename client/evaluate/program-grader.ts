/**
 * A program as a grader: for each record it is started anew, reads one JSON line (`record`, `question`) from stdin, and writes one
 * JSON line to stdout: a score, or `score` and `reason`. No shell reads the command. It is ended with everything that it has
 * started when its time is over, when it says too much, and when we die.
 */
import type { OwnGrade, OwnGrader } from '../../harness/graders/own-graders.ts';
import { spawnTied } from '../../lib/tied-child.ts';

export type ProgramLimits = { seconds: number; bytes: number };

const usual: ProgramLimits = { seconds: 60, bytes: 65_536 };
/** Of what it says on stderr, in a message. */
const saidCharacters = 300;

export function programGrader([program, ...given]: readonly [string, ...string[]], limits = usual): OwnGrader {
  return async (record, question) => {
    const line = await lineOf(program, given, `${JSON.stringify({ record, question })}\n`, limits);
    try {
      return JSON.parse(line) as OwnGrade;
    } catch {
      throw new Error(`it wrote ${line === '' ? 'nothing' : 'no JSON line'}`);
    }
  };
}

/** The first line that it writes; @throws Error with what it said where it fails */
async function lineOf(
  program: string,
  given: readonly string[],
  input: string,
  { seconds, bytes }: ProgramLimits,
): Promise<string> {
  const child = spawnTied(program, given, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let [problem, written, said]: [string | null, string, string] = [null, '', ''];
  const end = (why: string) => {
    problem ??= why;
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(() => end(`it took more than ${seconds} s`), 1000 * seconds);
  child.stdin?.on('error', () => {}); // one that needs no input does not read it
  child.stdin?.end(input);
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    written += piece;
    if (written.length > bytes) end(`it wrote more than ${bytes} bytes`);
  });
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    said = (said + piece).slice(-saidCharacters);
  });
  const code = await new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('close', settle);
  });
  clearTimeout(timer);
  if (problem !== null) throw new Error(problem);
  if (code !== 0)
    throw new Error(
      `${code === 127 ? `there is no program ${program}` : `it ended with exit code ${code}`}${said === '' ? '' : `: ${said.trim()}`}`,
    );
  return written.trim().split('\n')[0]?.trim() ?? '';
}
