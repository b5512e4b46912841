import { examineProviders } from '../../src/doctor/providers';
import { ProvidersError, readProviders } from '../../src/providers/open-providers';
import { isSafeAddress } from '../../src/providers/providers-file';
import { startProvider } from '../support/provider';
import { writePolicy } from '../support/upstream';

const google = {
  id: 'google',
  name: 'Google',
  issuer: 'https://accounts.google.com',
  clientId: 'x',
  clientSecret: { env: 'GOOGLE_SECRET' },
};
const variable = (name: string) => (name === 'GOOGLE_SECRET' ? 'a secret' : undefined);

const faultsOf = (list: unknown, production = true): readonly string[] => {
  try {
    readProviders(writePolicy(list), { production, variable });
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ProvidersError);
    return (error as ProvidersError).faults;
  }
};

it('gatehouse doctor tells every fault of the file, and which provider does not answer', async () => {
  const examine = (list: unknown) => examineProviders({ providersFile: writePolicy(list), production: false, variable });
  expect(await examine([{ ...google, scopes: ['email'] }])).toEqual([
    expect.objectContaining({ state: 'wrong', what: 'providers 0 scopes: must include openid' }),
  ]);
  const provider = await startProvider([]);
  try {
    const [there, gone, plain] = await examine([
      { ...google, issuer: provider.issuer },
      { ...google, id: 'gone', issuer: `${provider.issuer}/nowhere` },
      { ...google, id: 'github', kind: 'github', issuer: undefined },
    ]);
    expect([there?.state, gone?.state, plain?.state]).toEqual(['ok', 'wrong', 'ok']);
    expect(gone?.what).toMatch(/^gone .*\(INVALID_ANSWER\)$/);
  } finally {
    await provider.close();
  }
});

describe('the file of AUTH_PROVIDERS', () => {
  it('takes a provider by its issuer alone, which vouches for nothing unless it is written', () => {
    expect(readProviders(writePolicy([google]), { production: true, variable })).toEqual([
      {
        ...google,
        kind: 'openid',
        scopes: ['openid', 'email', 'profile'],
        vouchesForEmail: false,
        registers: true,
        trustSecondFactor: false,
        responseMode: 'query',
      },
    ]);
  });

  it('takes GitHub, and any other by its addresses', () => {
    const { issuer: _, ...client } = google;
    const other = {
      ...client,
      id: 'other',
      kind: 'oauth',
      authorizationEndpoint: 'https://x.example/authorize',
      tokenEndpoint: 'https://x.example/token',
      userEndpoint: 'https://x.example/user',
    };
    expect(faultsOf([{ ...client, id: 'github', kind: 'github' }, other])).toEqual([]);
    expect(faultsOf([{ ...other, emailverified: 'x' }])).toEqual(['providers 0 emailverified: is not known here']);
  });

  it('tells every fault at once, and no value', () => {
    const faults = faultsOf([
      { ...google, issuer: 'http://accounts.google.com', scopes: ['email'] },
      { ...google, clientSecret: { env: 'NO_SECRET' } },
    ]);
    expect(faults).toEqual([
      'providers 0 scopes: must include openid',
      'providers 0 issuer: must be https',
      'providers 1 id: comes twice',
      'providers 1 clientSecret: the environment has no NO_SECRET',
    ]);
    const wrong = faultsOf([{ id: 'Ä', name: '', issuer: 'x', clientId: '', clientSecret: 'in clear', vouchesForEmail: 'yes' }]);
    expect(wrong.map((fault) => fault.split(':')[0])).toEqual([
      'providers 0 id',
      'providers 0 name',
      'providers 0 clientId',
      'providers 0 clientSecret',
      'providers 0 vouchesForEmail',
      'providers 0 issuer',
    ]);
    expect(wrong.join('\n')).not.toContain('in clear');
    for (const list of [{}, 'x', '[', [{ kind: 'x' }], Array(51).fill(google)]) expect(faultsOf(list)).not.toEqual([]);
  });

  it('keeps the users of two services apart: each has its own issuer', () => {
    const { issuer: _, ...client } = google;
    const github = { ...client, kind: 'github' };
    const endpoints = { user: 'https://git.example/api/user' };
    const plain = {
      ...client,
      kind: 'oauth',
      authorizationEndpoint: 'https://git.example/authorize',
      tokenEndpoint: 'https://git.example/token',
      userEndpoint: 'https://git.example/user',
    };
    const taken = (of: number, by: number) => `providers ${of} issuer: is that of providers ${by}, whose users are others`;
    expect(faultsOf([{ ...github, endpoints }])).toEqual(["providers 0 issuer: is required, with endpoints that are not GitHub's own"]);
    expect(faultsOf([{ ...github, endpoints, issuer: 'https://git.example/' }])).toEqual(['providers 0 issuer: must not end with a /']);
    expect(
      faultsOf([
        { ...github, id: 'a', issuer: 'https://git.example', endpoints },
        { ...plain, id: 'b' },
        { ...plain, id: 'c', subject: 'sub', issuer: 'https://git.example/c' },
        { ...google, id: 'd', issuer: 'https://git.example/c' },
        { ...plain, id: 'e', subject: 'email' },
      ]),
    ).toEqual([taken(1, 0), taken(3, 2), taken(4, 0)]);
    const twice = [github, { ...github, id: 'b', vouchesForEmail: true }, google, { ...google, id: 'c' }, plain, { ...plain, id: 'd' }];
    expect(faultsOf(twice.map((each, position) => ({ ...each, id: `p${position}` })))).toEqual([]);
  });

  it('lets secrets travel over TLS alone, but on this machine outside production', () => {
    expect(isSafeAddress('http://localhost:8080/realms/x', false)).toBe(true);
    for (const [address, production] of [
      ['http://localhost:8080', true],
      ['http://keycloak.example', false],
      ['ftp://localhost', false],
      ['localhost', false],
    ] as const)
      expect([address, isSafeAddress(address, production)]).toEqual([address, false]);
  });
});
