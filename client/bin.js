#!/usr/bin/env node
/** Starts the command line under a Node that can run it: the one that is running, or the one that `npm ci` installed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const installedNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= neededMajor) await import('./main.ts');
else if (existsSync(installedNode)) runUnder(installedNode);
else explain();

/** Hands over arguments, streams and signals, and ends as the child ends. */
function runUnder(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  child.on('error', explain);
  child.on('exit', (code, signal) => {
    for (const each of signals) process.off(each, forward);
    if (signal === null) process.exitCode = code ?? 1;
    else process.kill(process.pid, signal);
  });
}

function explain() {
  const checkout = fileURLToPath(new URL('..', import.meta.url));
  process.stderr.write(
    `switchyard needs Node ${neededMajor} or newer and this is ${process.version}: run "npm ci" in ${checkout}, which installs one beside it\n`,
  );
  process.exitCode = 2;
}
