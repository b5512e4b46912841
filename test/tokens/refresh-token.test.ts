import { randomBytes, randomUUID } from 'node:crypto';
import { createSecrets } from '../../src/secrets';
import { readRefreshToken, writeRefreshToken } from '../../src/tokens/refresh-token';

const secretText = () => randomBytes(48).toString('base64');
const salt = () => randomBytes(8).toString('base64url');

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('a refresh token', () => {
  const secrets = createSecrets([secretText()]);

  it('says again what was written, for every counter', () => {
    for (const counter of [0, 1, 255, 65_536, 4_294_967_295]) {
      const content = { sessionId: randomUUID(), counter, salt: salt() };
      const token = writeRefreshToken(content, secrets);
      expect(token).toMatch(/^ghr_[A-Za-z0-9_-]{82}$/);
      expect(readRefreshToken(token, secrets)).toEqual(content);
      expect(writeRefreshToken(content, secrets)).toBe(token);
    }
  });

  it('is another one for another session, counter, salt or secret', () => {
    const content = { sessionId: randomUUID(), counter: 7, salt: salt() };
    const tokens = [
      writeRefreshToken(content, secrets),
      writeRefreshToken({ ...content, sessionId: randomUUID() }, secrets),
      writeRefreshToken({ ...content, counter: 8 }, secrets),
      writeRefreshToken({ ...content, salt: salt() }, secrets),
      writeRefreshToken(content, createSecrets([secretText()])),
    ];
    expect(new Set(tokens.map((token) => token.slice(-40))).size).toBe(5);
  });

  it('is not ours with any one character changed, taken away or added', () => {
    const token = writeRefreshToken({ sessionId: randomUUID(), counter: 7, salt: salt() }, secrets);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'x' ? 'y' : 'x';
      expect(readRefreshToken(token.slice(0, at) + other + token.slice(at + 1), secrets)).toBeNull();
      expect(readRefreshToken(token.slice(0, at) + token.slice(at + 1), secrets)).toBeNull();
      expect(readRefreshToken(`${token.slice(0, at)}x${token.slice(at)}`, secrets)).toBeNull();
    }
    // The last one has four bits that mean nothing: no spelling of them but ours is taken.
    const read = [...base64url].filter((last) => readRefreshToken(token.slice(0, -1) + last, secrets) !== null);
    expect(read).toEqual([token.at(-1)]);
  });

  it('is read with every secret in the list, and written with the first', () => {
    const [old, next] = [secretText(), secretText()];
    const content = { sessionId: randomUUID(), counter: 7, salt: salt() };
    const before = writeRefreshToken(content, createSecrets([old]));
    const both = createSecrets([next, old]);
    expect(readRefreshToken(before, both)).toEqual(content);
    expect(writeRefreshToken(content, both)).toBe(writeRefreshToken(content, createSecrets([next])));
    expect(readRefreshToken(before, createSecrets([next]))).toBeNull();
  });
});
