/**
 * What every answer tells browsers (ASVS 5.0 3.4; the OWASP Secure Headers Project): the set that `helmet` writes, with nothing that
 * an API would have to allow. They are constants, so no middleware computes them for each request.
 */
export const securityHeaders = (isTls: boolean): Readonly<Record<string, string>> => ({
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-site',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  ...(isTls && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0', // the filters of old browsers did harm
});
