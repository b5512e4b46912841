import { createHash } from 'node:crypto';
import { type Html, html } from '../../html';
import { passkeyScript } from '../passkeys/script';
import type { Theme } from '../theme/open-theme';
import { pageStyle } from './style';

interface Allowed {
  /** Where its own files are. */
  readonly files?: string;
  /** Where a form and the redirects after it may lead. */
  readonly forms?: string;
  /** There is a button for a passkey: everywhere else nothing runs. */
  readonly hasScript?: boolean | undefined;
}

/** Nothing from elsewhere, and no script and no style but the gateway's own files. */
export const pagePolicy = ({ files = "'self'", forms = "'self'", hasScript = false }: Allowed = {}): string =>
  [
    "default-src 'none'",
    ...(hasScript ? [`script-src ${files}`, `connect-src ${files}`] : []),
    `style-src ${files}`,
    `img-src ${files}`,
    `form-action ${forms}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** A page without a button for a passkey can ask for none (WebAuthn L3 §5.9). */
export const permissionsOf = (hasScript = false): string =>
  ['get', 'create'].map((what) => `publickey-credentials-${what}=(${hasScript ? 'self' : ''})`).join(', ');

/** What stands around every page: the same for all of them, whatever they show. */
export interface Frame {
  /** The path of PUBLIC_URL, without a slash at the end. */
  readonly base: string;
  /** What this place is called. */
  readonly service: string;
  /** Files of a theme, by their content, so that browsers may keep them. Null: there is none. */
  readonly themeVersion: string | null;
  readonly logoVersion: string | null;
}

/** What stands around the pages of a theme: its files are looked at once. */
export function frameOf({ css, logo }: Theme, publicUrl: () => string): () => Frame {
  const versions = { themeVersion: css === null ? null : versionOf(css), logoVersion: logo === null ? null : versionOf(logo) };
  return () => {
    const { pathname, hostname } = new URL(publicUrl());
    return { base: pathname.replace(/\/+$/, ''), service: hostname, ...versions };
  };
}

export const versionOf = (text: string | Buffer): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

export const assetsPath = '/account/assets';
const styleVersion = versionOf(pageStyle);
const scriptVersion = versionOf(passkeyScript);

interface Document {
  readonly language: string;
  readonly title: string;
  /** Each in the place of its name: `nav` beside, `body` in the middle. */
  readonly nav: Html | null;
  readonly body: Html;
  readonly skip: string;
  readonly leadsTo?: string | undefined;
  readonly hasScript?: boolean | undefined;
}

export const documentOf = (
  { base, service, themeVersion, logoVersion }: Frame,
  { language, title, nav, body, skip, leadsTo, hasScript }: Document,
): string =>
  html`<!doctype html>
<html lang="${language}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
${
  leadsTo === undefined
    ? null
    : html`<meta http-equiv="refresh" content="0; url=${leadsTo}">
`
}<title>${title} · ${service}</title>
<link rel="stylesheet" href="${base}${assetsPath}/page.css?v=${styleVersion}">
${themeVersion === null ? null : html`<link rel="stylesheet" href="${base}${assetsPath}/theme.css?v=${themeVersion}">\n`}${
  hasScript ? html`<script type="module" blocking="render" src="${base}${assetsPath}/passkeys.js?v=${scriptVersion}"></script>\n` : null
}</head>
<body>
${
  nav === null
    ? html`<div class="entry"><header class="brand">${brandOf({ base, service, logoVersion })}</header>
<main>${body}</main></div>`
    : html`<a class="skip" href="#main">${skip}</a>
<div class="shell account"><header class="brand">${brandOf({ base, service, logoVersion })}</header><span></span>
${nav}
<main id="main">${body}</main></div>`
}
</body>
</html>
`.toString();

const brandOf = ({ base, service, logoVersion }: Pick<Frame, 'base' | 'service' | 'logoVersion'>): Html =>
  logoVersion === null ? html`<span>${service}</span>` : html`<img src="${base}${assetsPath}/logo.svg?v=${logoVersion}" alt="${service}">`;
