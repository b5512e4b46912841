import PromisingConnection from 'libsql/promise';

/** From now on no COMMIT of a gateway on SQLite in this process is done before `release`. */
export function holdCommits(): { readonly isHolding: () => boolean; readonly release: () => void } {
  const { exec } = PromisingConnection.prototype;
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const spy = jest.spyOn(PromisingConnection.prototype, 'exec').mockImplementation(async function (this: unknown, sql: string) {
    await held;
    return exec.call(this, sql);
  });
  const release = (): void => {
    spy.mockRestore();
    letGo();
  };
  return { isHolding: () => spy.mock.calls.length > 0, release };
}
