import { createReturnTo } from '../../src/account-pages/return-to';

it('a host of the cookie domain is led back to, and nothing that would be more than a host in a policy', () => {
  const settings = { returnOrigins: [], corsOrigins: [], cookieDomain: 'example.com' };
  const { allowed } = createReturnTo(settings, () => 'https://login.example.com');
  expect(allowed('https://shop.example.com/cart')?.href).toBe('https://shop.example.com/cart');
  for (const host of ['x;sandbox;', '*', 'x,y', "x'", 'x"']) expect([host, allowed(`https://${host}.example.com/`)]).toEqual([host, null]);
});
