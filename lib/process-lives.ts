import { systemErrorCode } from './errors.ts';

/** Whether a process has this id, whoever it belongs to: also one that has ended and whose parent has not been told. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
