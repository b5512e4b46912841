import { doors, newPerson } from '../support/doors';
import { onBothDatabases } from '../support/house';

onBothDatabases('everything that is wrong', (house) => {
  it.each(doors)('with a registration is listed at once, a weak password beside a bad name: $name', async (door) => {
    const answer = await door.send(house(), 'register', { username: 'no name', email: 'kate@example.com', password: 'short' });
    expect([answer.status, answer.code, answer.body.issues]).toEqual([
      400,
      'BAD_USER_INPUT',
      [expect.objectContaining({ path: 'username' }), { path: 'password', message: 'must have at least 8 characters' }],
    ]);
    const weak = await door.send(house(), 'register', { username: 'kate-weak', email: 'kate-weak@example.com', password: 'short' });
    expect(weak.code).toBe('WEAK_PASSWORD');
  });

  it.each(doors)('with a change of password is, too: $name', async (door) => {
    const { accessToken } = await newPerson(house());
    const answer = await door.send(house(), 'changePassword', { currentPassword: '', newPassword: 'short' }, accessToken);
    expect(answer.body.issues.map(({ path }: { path: string }) => path.replace(/_p/, 'P'))).toEqual(['currentPassword', 'newPassword']);
  });
});

onBothDatabases('a profile that is sent back as it came', (house) => {
  const call = async (method: string, token: string, body?: unknown) => {
    const response = await fetch(`${house().url}/v1/profile`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
    return { status: response.status, body: (await response.json()) as any };
  };

  it.each(['PUT', 'PATCH'])('is taken, read-only members included: %s', async (method) => {
    const { accessToken } = await newPerson(house());
    const { body } = await call('GET', accessToken);
    const answer = await call(method, accessToken, { ...body, name: 'Kate' });
    expect([answer.status, answer.body.name, answer.body.id]).toEqual([200, 'Kate', body.id]);
  });

  it.each([
    ['id', '0b5f2c1e-7d4a-4c3b-9a8f-6e5d4c3b2a19'],
    ['roles', ['ADMIN']],
    ['email_verified', true],
    ['created_at', '2026-01-02T03:04:05.678Z'],
    ['updated_at', null],
    ['password_hash', 'x'],
  ])('is refused by name where a read-only member is another: %s', async (name, value) => {
    const { accessToken } = await newPerson(house());
    const { body } = await call('GET', accessToken);
    for (const method of ['PUT', 'PATCH']) {
      const answer = await call(method, accessToken, { ...body, name: 'Kate', [name]: value });
      expect([answer.status, answer.body.code, answer.body.issues.map(({ path }: { path: string }) => path)]).toEqual([
        400,
        'BAD_USER_INPUT',
        [name],
      ]);
    }
    expect((await call('GET', accessToken)).body).toEqual(body);
  });
});
