import { networkPrefix, normalAddress } from '../../src/network';

describe('the network of a client', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7', '198.51.100.0/24'],
    ['198.51.100.7:50123', '198.51.100.7', '198.51.100.0/24'],
    ['::ffff:198.51.100.7', '198.51.100.7', '198.51.100.0/24'],
    ['::FFFF:c633:6407', '198.51.100.7', '198.51.100.0/24'],
    ['0:0:0:0:0:ffff:198.51.100.7', '198.51.100.7', '198.51.100.0/24'],
    ['[::ffff:198.51.100.7]:443', '198.51.100.7', '198.51.100.0/24'],
    ['2001:0DB8:0:0::1', '2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:ffff::9', '2001:db8:1:2:ffff::9', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:50123', '2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]', '2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::1', 'fe80:0:0:0::/64'],
    ['::1', '::1', '0:0:0:0::/64'],
  ])('%s is the address %s in %s, however it is written', (written, address, prefix) => {
    expect(normalAddress(written)).toBe(address);
    expect(networkPrefix({ ipAddress: normalAddress(written) })).toBe(prefix);
  });

  it.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    '198.51.100',
    '198.51.100.7.8',
    '1.2.3.4:x',
    '::ffff:1.2.3.4:80',
    '[]',
    'g::1',
    '1.2.3.4, 5.6.7.8',
  ])('is the shared one for what is no address: %s', (written) => {
    expect(normalAddress(written)).toBeNull();
    expect(networkPrefix({ ipAddress: normalAddress(written) })).toBe('none');
  });
});
