/**
 * What every answer tells browsers (ASVS 5.0 3.4; OWASP's REST Security Cheat Sheet). They are constants, so no middleware computes
 * them for each request, and each is one that a browser of today reads: every header costs every request.
 */
export const securityHeaders = (isTls: boolean, isTestMode: boolean): Readonly<Record<string, string>> => ({
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
  'referrer-policy': 'no-referrer',
  ...(isTls && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  'x-content-type-options': 'nosniff',
  ...(isTestMode && { 'x-gatehouse-test-mode': '1' }),
});

/**
 * What a page says as well. They are about documents, and say nothing of JSON: no other page may hold its window, and browsers that do
 * not know `frame-ancestors` show it in no frame (ASVS 5.0 3.4.6, 3.4.8).
 */
export const pageHeaders = { 'cross-origin-opener-policy': 'same-origin', 'x-frame-options': 'DENY' } as const;
