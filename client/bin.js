#!/usr/bin/env node
/**
 * Starts the command line under a Node that can run it: the one that is running, or the one that `npm ci` installed. Node's
 * compile cache is on before the first TypeScript file, for this process, its threads and its children: else Node would load
 * its compiler for that one file, which takes a third of the CPU of a short command. In the npm package the files beside this
 * one are missing, and what was compiled runs.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const fileAt = (path) => fileURLToPath(new URL(path, import.meta.url));
const isCheckout = existsSync(fileAt('./command-line.ts'));
const installedNode = fileAt('../node_modules/.bin/node');

if (Number(process.versions.node.split('.')[0]) >= neededMajor) await run();
else if (existsSync(installedNode)) runUnder(installedNode);
else explain();

async function run() {
  if (process.env.NODE_COMPILE_CACHE === undefined) {
    // Not in the system's folder for temporary files: another user could leave code there that would run as ours.
    const folder = join(await cacheFolder(), 'node-compile');
    // A folder that cannot be written leaves things as they are.
    if (module.enableCompileCache(folder).status === module.constants.compileCacheStatus.ENABLED)
      process.env.NODE_COMPILE_CACHE = folder;
  }
  const { runAsProcess } = await import(isCheckout ? './command-line.ts' : '../dist/client/command-line.js');
  await runAsProcess();
}

async function cacheFolder() {
  if (isCheckout) return fileAt('../node_modules/.cache');
  const { userFolders } = await import('../dist/lib/user-folders.js');
  return userFolders(process.env).cache;
}

/** Hands over arguments, streams and signals, and ends as the child ends; by the channel it learns of our death. */
function runUnder(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
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
  const remedy = isCheckout
    ? `run "npm ci" in ${fileAt('..')}, which installs one beside it`
    : 'install one from https://nodejs.org, or by your manager of Node versions';
  process.stderr.write(`switchyard needs Node ${neededMajor} or newer and this is ${process.version}: ${remedy}\n`);
  process.exitCode = 2;
}
