/** @own-modules because it takes the browser's `localStorage` away */
import { type KeyValueStorage, webStorageTokenStore } from '../../packages/client/src/index';
import { sharedStorage } from './fake-browser';

const withLocalStorage = <T>(descriptor: PropertyDescriptor, work: () => T): T => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, ...descriptor });
  try {
    return work();
  } finally {
    if (before) Object.defineProperty(globalThis, 'localStorage', before);
    else delete (globalThis as { localStorage?: unknown }).localStorage;
  }
};

/** As browsers do that are told to block what sites keep. */
const blocked = {
  get: () => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  },
};

describe('Web storage', () => {
  it('that was given is used, also where the global one is blocked', () => {
    const store = withLocalStorage(blocked, () => webStorageTokenStore({ storage: sharedStorage(), locks: null }));
    expect(store.read()).toBeNull();
  });

  it.each([
    ['blocked', blocked],
    ['null, as in some web views', { value: null }],
    ['missing', { value: undefined }],
  ])('is missed at once where it is %s', (_how, descriptor) => {
    expect(() => withLocalStorage(descriptor, () => webStorageTokenStore({ locks: null }))).toThrow('There is no localStorage here');
  });

  it.each([[null], [{}], ['localStorage'], [{ getItem: () => null, setItem: () => {} }]])('is not %j', (storage) => {
    expect(() => webStorageTokenStore({ storage: storage as KeyValueStorage, locks: null })).toThrow('`storage` has no getItem');
  });
});
