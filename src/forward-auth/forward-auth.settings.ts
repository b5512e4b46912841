import { z } from 'zod';
import { onOff, webUrl } from '../settings/rules';
import { section, setting } from '../settings/setting';

export const forwardAuthSettings = section('Forward-auth', {
  signInUrl: setting('AUTH_SIGN_IN_URL', webUrl, {
    shown: '`PUBLIC_URL/account/login`, where there are [pages](pages.md)',
    words: 'the page to which [forward-auth](forward-auth.md#people) sends a browser without a session',
  }),
  upstreamPolicyFile: setting('AUTH_UPSTREAM_POLICY', z.string().max(4096, 'must be the path of a file'), {
    words:
      'a JSON file: who may have which field of the GraphQL services behind [forward-auth](forward-auth.md#graphql-operations), and of an API that the gateway [stands in front of](gateway.md). It is read at the start, and every fault of it is listed',
  }),
  readsOriginalBody: setting('AUTH_ORIGINAL_BODY', onOff, {
    default: 'off',
    words:
      "`on`: forward-auth reads an operation's body from `X-Original-Body` too; only behind a proxy that sets or removes this header itself",
  }),
});
