/**
 * `npm test`: `npm run check` beside `npm run test:only`, since tests wait for servers and processes while checks compute.
 * What the checks say comes in one piece, once they are over.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const isWindows = process.platform === 'win32';

const checks = spawn('npm', ['run', 'check'], { stdio: ['ignore', 'pipe', 'pipe'], shell: isWindows });
const tests = spawn('npm', ['run', 'test:only'], { stdio: 'inherit', shell: isWindows });
const said = Promise.all([text(checks.stdout), text(checks.stderr)]);
const codes = await Promise.all(
  [checks, tests].map(async (child) => {
    const [code] = await once(child, 'close');
    if (child === checks) process.stdout.write((await said).join(''));
    return code as number | null;
  }),
);
if (codes[0] !== 0) process.stderr.write('npm run check has failed: what it said stands above, where it ended\n');
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
