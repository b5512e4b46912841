import { spawnSync } from 'node:child_process';

/** Python with `requests` is what the first documents assume; not every machine has it. */
export const hasPython = spawnSync('python3', ['-c', 'import requests'], { stdio: 'ignore' }).status === 0;

export const howToGetPython = 'no python3 with the package requests here; Debian: apt-get install python3-requests';
