import http, { type Agent } from 'node:http';
import https from 'node:https';

/** An idle connection is closed by us before a service closes it: Node's own servers do so after 5 s. In milliseconds. */
const idleMs = 4_000;

/**
 * Connections that are used again, the last one first, so that those that are not needed fall idle and close. Where an answer's
 * `Keep-Alive` says less time, Node's agent believes it, less a second.
 */
export const createAgent = (url: URL, connections: number): Agent =>
  new (url.protocol === 'https:' ? https : http).Agent({
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'lifo',
    timeout: idleMs,
  });
