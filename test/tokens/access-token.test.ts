import { createHmac, createSign, randomUUID } from 'node:crypto';
import { doors, rest, whoAmI } from '../support/doors';
import { encode, type Forger, openForger, readClaims, readHeader } from '../support/forgery';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { anotherDevice, newVisitor, type Visitor } from '../support/visitors';

const now = (house: House) => Math.floor(house.clock.now() / 1000);

onBothDatabases('an access token', (house) => {
  let kate: Visitor;
  let forger: Forger;
  beforeAll(async () => {
    kate = await newVisitor(house());
    forger = await openForger(house());
  });
  const claims = () => readClaims(kate.accessToken) as Record<string, number>;

  /** Through both doors it is refused, shows nothing, and leaves the true one valid. */
  const expectRefused = async (token: string, what: unknown, reasons = ['INVALID', 'MALFORMED']) => {
    for (const door of doors) {
      const { status, code, body, text, headers } = await door.send(house(), 'profile', undefined, token);
      expect([what, status, code]).toEqual([what, 401, 'UNAUTHENTICATED']);
      expect(reasons).toContain(body.reason);
      expect(text).not.toContain(kate.username);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
      if (door === rest) expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    }
    expect(await whoAmI(house(), token)).toBeNull();
    expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
  };

  const expectAccepted = async (token: string) => expect(await whoAmI(house(), token)).toMatchObject({ id: kate.id });

  it('says who, which session and for how long, nothing personal, in less than a kilobyte', async () => {
    await house().app.services.users.setRoles(kate.id, ['ADMIN', 'EDITOR']);
    const { accessToken } = await anotherDevice(house(), kate);
    expect(readHeader(accessToken)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: forger.kid });
    const issued = readClaims(accessToken);
    expect(issued).toEqual({
      iss: 'http://gatehouse.test',
      aud: 'http://gatehouse.test',
      sub: kate.id,
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: expect.any(Number),
      exp: (issued.iat as number) + 900,
      auth_time: expect.any(Number),
      roles: ['ADMIN', 'EDITOR'],
    });
    const row = await house().app.services.database.client.session.findUniqueOrThrow({ where: { id: String(issued.sid) } });
    expect(issued.auth_time).toBe(Math.floor(row.authenticatedAt.getTime() / 1000)); // of the login, a moment before
    expect(Buffer.byteLength(accessToken)).toBeLessThan(1024);
  });

  it('that the forger makes without a change is accepted: what follows is refused for its change alone', async () => {
    await expectAccepted(forger.alter(kate.accessToken, {}));
    await expectAccepted(forger.alter(kate.accessToken, { header: { typ: 'application/at+jwt' } }));
    await expectAccepted(forger.alter(kate.accessToken, { claims: { nbf: now(house()) + 4 } }));
  });

  it('is refused without its signature, or with a byte of any part changed', async () => {
    await expectAccepted(kate.accessToken); // what was verified is remembered
    const [header = '', payload = '', signature = ''] = kate.accessToken.split('.');
    const exchange = (text: string, at: number) => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    for (const token of [
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature.slice(0, -1)}`,
      `${header}.${payload}.${exchange(signature, 0)}`,
      `${header}.${payload}.${exchange(signature, 84)}`,
      `${header}.${exchange(payload, 30)}.${signature}`,
      `${exchange(header, 12)}.${payload}.${signature}`,
      `${header}.${encode({ ...claims(), sub: randomUUID() })}.${signature}`,
      `${header}.${encode({ ...claims(), roles: ['ADMIN'] })}.${signature}`,
      `${header}.${payload}.${'A'.repeat(86)}`,
    ])
      await expectRefused(token, token);
  });

  it('is refused in any other spelling of the same bytes', async () => {
    const [header = '', payload = '', signature = ''] = kate.accessToken.split('.');
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    /** The last character of a part has bits that its bytes do not have, unless its length is a multiple of four. */
    const othersOf = (part: string) =>
      [...letters].map((letter) => part.slice(0, -1) + letter).filter((other) => other !== part && isSame(other, part));
    const isSame = (left: string, right: string) => Buffer.from(left, 'base64url').equals(Buffer.from(right, 'base64url'));
    expect(othersOf(signature)).toHaveLength(15);
    for (const other of othersOf(signature)) await expectRefused(`${header}.${payload}.${other}`, other);
    for (const other of [`${signature}=`, `${signature}==`, signature.replaceAll('-', '+').replaceAll('_', '/')])
      if (other !== signature) await expectRefused(`${header}.${payload}.${other}`, other);
    // Signed with the real key, in a spelling that another reader may take for another token.
    for (const change of [{}, { a: '' }, { a: 'b' }]) {
      const plain = encode({ ...claims(), ...change });
      for (const other of [`${plain}=`, ...othersOf(plain)]) await expectRefused(forger.signText(header, other), other);
    }
  });

  it.each(['none', 'None', 'NONE', 'nOnE', 'HS256', 'RS256', 'ES384', 'es256', '', null, 42, ['ES256']])(
    'is refused with the algorithm %j in its header',
    async (alg) => {
      const [, payload, signature] = kate.accessToken.split('.');
      const header = encode({ ...readHeader(kate.accessToken), alg });
      await expectRefused(`${header}.${payload}.`, 'no signature');
      await expectRefused(`${header}.${payload}.${signature}`, 'the old signature');
      await expectRefused(forger.alter(kate.accessToken, { header: { alg } }), 'a right signature');
    },
  );

  it('is refused when the public key has been used as a shared secret', async () => {
    const jwk = forger.publicKey.export({ format: 'jwk' });
    const jwks = await (await fetch(`${house().url}/.well-known/jwks.json`)).text();
    for (const secret of [
      forger.publicKey.export({ format: 'pem', type: 'spki' }),
      forger.publicKey.export({ format: 'der', type: 'spki' }),
      JSON.stringify(jwk),
      jwks,
      Buffer.from(jwk.x ?? '', 'base64url'),
      '',
    ])
      for (const alg of ['HS256', 'ES256']) {
        const content = `${encode({ alg, typ: 'at+jwt', kid: forger.kid })}.${encode(claims())}`;
        await expectRefused(`${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`, alg);
        await expectRefused(`${content}.${createHmac('sha512', secret).update(content).digest('base64url')}`, `${alg} of 64 bytes`);
      }
  });

  it('is refused with a signature in DER, which JWS does not have', async () => {
    const content = kate.accessToken.split('.').slice(0, 2).join('.');
    await expectRefused(`${content}.${createSign('sha256').update(content).sign(forger.privateKey, 'base64url')}`, 'DER');
  });

  it('is refused with another type, kid or critical extension in its header, though signed with the real key', async () => {
    for (const header of [
      { typ: undefined },
      { typ: 'JWT' },
      { typ: 'rt+jwt' },
      { typ: 'id+jwt' },
      { typ: 'AT+JWT ' },
      { typ: null },
      { kid: undefined },
      { kid: '' },
      { kid: 'unknown' },
      { kid: "' OR 1=1--" },
      { kid: '../../dev/null' },
      { kid: 'k'.repeat(65) },
      { kid: null },
      { crit: ['exp'] },
      { crit: [] },
      { jwk: forger.publicKey.export({ format: 'jwk' }) },
      { jku: 'http://127.0.0.1/jwks.json' },
      { x5c: [] },
      { b64: false },
      { zip: 'DEF' },
    ])
      await expectRefused(forger.alter(kate.accessToken, { header }), header);
  });

  it('is refused with times that are missing, wrong or too far apart, though signed with the real key', async () => {
    const time = now(house());
    for (const change of [
      { exp: undefined },
      { exp: null },
      { exp: 'x' },
      { exp: String(time + 60) },
      { exp: -1 },
      { exp: time + 60.5 },
      { exp: time + 100 * 365 * 86_400 },
      { exp: claims().iat },
      { iat: undefined },
      { iat: 'x' },
      { iat: null },
      { iat: time + 86_400, exp: time + 86_460 },
      { iat: time + 60 },
      { iat: time - 86_400 * 2, exp: time + 60 },
      { nbf: time + 60 },
      { nbf: 'x' },
      { nbf: null },
    ])
      await expectRefused(forger.alter(kate.accessToken, { claims: change }), change, ['INVALID', 'EXPIRED']);
    const header = readHeader(kate.accessToken);
    const text = JSON.stringify(claims());
    for (const exp of ['1e400', '1e999', 'NaN', '"9999999999"', '[9999999999]'])
      await expectRefused(forger.sign(header, text.replace(/"exp":\d+/, `"exp":${exp}`)), exp);
  });

  it('is refused when issued by, or for, somebody else, though signed with the real key', async () => {
    for (const change of [
      { iss: undefined },
      { iss: 'http://gatehouse.test/' },
      { iss: 'http://gatehouse.test.evil.example' },
      { iss: ['http://gatehouse.test'] },
      { iss: null },
      { aud: undefined },
      { aud: 'http://gatehouse.tes' },
      { aud: 'http://gatehouse.test2' },
      { aud: ['http://other.test', 'http://another.test'] },
      { aud: { 0: 'http://gatehouse.test' } },
      { aud: '' },
      { aud: null },
    ])
      await expectRefused(forger.alter(kate.accessToken, { claims: change }), change);
  });

  it('is refused when it names another user, another session or none, though signed with the real key', async () => {
    const lars = await newVisitor(house());
    for (const change of [
      { sub: lars.id },
      { sid: lars.sessionId },
      { sub: randomUUID() },
      { sid: randomUUID() },
      { sub: undefined },
      { sid: undefined },
      { jti: undefined },
      { sub: { not: '' } },
      { sid: { not: '' } },
      { sub: [kate.id] },
      { sub: kate.id.toUpperCase() },
      { sid: `${kate.sessionId}\0` },
      { jti: 1 },
    ])
      await expectRefused(forger.alter(kate.accessToken, { claims: change }), change, ['INVALID', 'REVOKED']);
  });

  it('with a claim written twice is read as one token: the last counts, for all of them', async () => {
    const lars = await newVisitor(house());
    const text = JSON.stringify(claims());
    const twice = forger.sign(readHeader(kate.accessToken), text.replace('"sub":', `"sub":"${lars.id}","sub":`));
    await expectAccepted(twice);
    await expectRefused(
      forger.sign(readHeader(kate.accessToken), text.replace(/}$/, `,"sub":"${lars.id}"}`)),
      'the last is somebody else',
      ['REVOKED'],
    );
  });

  it('is refused in any other form than three parts of base64url', async () => {
    const [header = '', payload = '', signature = ''] = kate.accessToken.split('.');
    for (const token of [
      `${header}.${payload}.${signature}.`,
      `.${header}.${payload}.${signature}`,
      `${header}.${payload}.${signature}.${signature}`,
      `${header}..${payload}.${signature}.${signature}`,
      `${header}.${payload}.${signature}=`,
      `${header}=.${payload}.${signature}`,
      `${header}.${payload}.${signature.slice(0, 85)}+`,
      JSON.stringify({ protected: header, payload, signature }),
      '..',
      '...',
      'null',
      '{}',
      forger.sign(readHeader(kate.accessToken), 'null'),
      forger.sign(readHeader(kate.accessToken), '[]'),
      forger.sign(readHeader(kate.accessToken), '"text"'),
      forger.sign(readHeader(kate.accessToken), 'no JSON'),
      forger.sign('no JSON', claims()),
      forger.sign('null', claims()),
      forger.sign(readHeader(kate.accessToken), { ...claims(), padding: 'x'.repeat(2000) }),
    ])
      await expectRefused(token, token);
    for (const authorization of [`Bearer ${header} .${payload}.${signature}`, `Bearer ${kate.accessToken} x`, `Token ${kate.accessToken}`])
      expect((await rest.send(house(), 'profile', undefined, undefined, { authorization })).body.reason).toBe('MALFORMED');
  });

  it('that a refresh token pretends to be is refused, and leaves the session alone', async () => {
    await expectRefused(kate.refreshToken, 'a refresh token');
    expect((await rest.send(house(), 'refresh', { refreshToken: kate.accessToken })).code).toBe('INVALID_REFRESH_TOKEN');
    await expectAccepted(kate.accessToken);
  });

  it('counts in the Authorization header alone', async () => {
    for (const [path, init] of [
      [`/v1/profile?access_token=${kate.accessToken}`, {}],
      ['/v1/profile', { headers: { cookie: `access_token=${kate.accessToken}; token=${kate.accessToken}` } }],
      ['/v1/profile', { headers: { 'x-access-token': kate.accessToken } }],
      [
        '/v1/profile',
        {
          method: 'PUT',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `access_token=${kate.accessToken}`,
        },
      ],
    ] as const) {
      const response = await fetch(house().url + path, init);
      expect([401, 415]).toContain(response.status);
      expect(await response.text()).not.toContain(kate.username);
    }
    const beside = await fetch(`${house().url}/v1/profile?access_token=garbage`, {
      headers: { authorization: `bearer ${kate.accessToken}` },
    });
    expect(beside.status).toBe(200);
    expect(JSON.stringify(house().log)).not.toContain(kate.accessToken.split('.')[1]);
  });

  it('dies with its session, in every spelling of its signature', async () => {
    const victim = await newVisitor(house());
    const [header, payload, signature = ''] = victim.accessToken.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const mirrored = (order - BigInt(`0x${bytes.toString('hex', 32)}`)).toString(16).padStart(64, '0');
    const variants = [
      victim.accessToken,
      `${header}.${payload}.${Buffer.concat([bytes.subarray(0, 32), Buffer.from(mirrored, 'hex')]).toString('base64url')}`,
      `${header}.${payload}.${signature.slice(0, -1)}${String.fromCharCode(signature.charCodeAt(85) + 1)}`,
    ];
    await rest.send(house(), 'logout', undefined, victim.accessToken);
    for (const variant of variants) expect(await whoAmI(house(), variant)).toBeNull();
    await expectAccepted(kate.accessToken);
  });

  it('of another installation is refused, with its own key and with ours', async () => {
    const other = await openHouse('sqlite', { PUBLIC_URL: 'http://other.test' });
    const stranger = await newVisitor(other);
    await expectRefused(stranger.accessToken, 'its key');
    await expectRefused(forger.sign({ ...readHeader(stranger.accessToken), kid: forger.kid }, readClaims(stranger.accessToken)), 'our key');
    await other.close();
  });

  it('expires after its lifetime and the five seconds that clocks may differ', async () => {
    const lars = await newVisitor(house());
    house().clock.advance(903);
    expect(await whoAmI(house(), lars.accessToken)).toMatchObject({ id: lars.id });
    house().clock.advance(4);
    for (const token of [lars.accessToken, kate.accessToken])
      for (const door of doors) {
        const { status, body } = await door.send(house(), 'profile', undefined, token);
        expect([status, body.reason]).toEqual([401, 'EXPIRED']);
      }
    house().clock.advance(86_400);
    expect((await rest.send(house(), 'profile', undefined, lars.accessToken)).body.reason).toBe('EXPIRED');
  });
});

onBothDatabases(
  'an access token for another audience',
  (house) => {
    it('names it, and is accepted here because this is the audience in force', async () => {
      const kate = await newVisitor(house());
      expect(readClaims(kate.accessToken)).toMatchObject({ iss: 'http://gatehouse.test', aud: 'https://api.example.com' });
      expect(await whoAmI(house(), kate.accessToken)).toMatchObject({ id: kate.id });
      const forger = await openForger(house());
      expect(await whoAmI(house(), forger.alter(kate.accessToken, { claims: { aud: 'http://gatehouse.test' } }))).toBeNull();
    });
  },
  { AUTH_AUDIENCE: 'https://api.example.com' },
);
