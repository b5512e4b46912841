import { type Html, html } from '../../html';

/** Drawn here, of one line each: pages ask nobody for a picture. They repeat what stands beside them, so that no reader needs them. */
const drawing = (paths: Html): Html =>
  html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths}</svg>`;

const pictures = {
  computer: html`<rect x="3" y="4" width="18" height="12" rx="1.5"/><path d="M2 20h20"/>`,
  phone: html`<rect x="7" y="2.5" width="10" height="19" rx="2"/><path d="M11 18.5h2"/>`,
  tablet: html`<rect x="4" y="2.5" width="16" height="19" rx="2"/><path d="M11 18.5h2"/>`,
  program: html`<rect x="3" y="4" width="18" height="16" rx="1.5"/><path d="m7 9 3 3-3 3M13 15h4"/>`,
  door: html`<path d="M5 21V4.5A1.5 1.5 0 0 1 6.500 3H17.500A1.500 1.500 0 0 1 19 4.500V21M3 21h18M15 12v.01"/>`,
  key: html`<circle cx="8" cy="15" r="4.500"/><path d="m11.500 11.500 8-8M16 7l2.500 2.500M13.500 9.500 15 11"/>`,
  mail: html`<rect x="3" y="5" width="18" height="14" rx="1.500"/><path d="m3.500 6.500 8.500 6.500 8.500-6.500"/>`,
  shield: html`<path d="M12 3 4.500 6v5.500c0 4.500 3 7.800 7.500 9.500 4.500-1.700 7.500-5 7.500-9.500V6z"/><path d="m9 12 2.200 2.200L15.200 10"/>`,
  person: html`<circle cx="12" cy="8" r="4"/><path d="M4.500 21c.5-4.500 3.500-7 7.500-7s7 2.500 7.500 7"/>`,
  box: html`<path d="M3.500 8 12 3.500 20.500 8v8L12 20.500 3.500 16zM3.500 8l8.500 4.500L20.500 8M12 12.500v8"/>`,
  flag: html`<path d="M5 21V4M5 4.500h13l-2.500 4 2.500 4H5"/>`,
} as const satisfies Readonly<Record<string, Html>>;

export type Picture = keyof typeof pictures;

export const picture = (name: Picture): Html => drawing(pictures[name]);

/** What a browser runs on, as far as its own word tells. */
export function deviceOf(userAgent: string | null): Picture {
  if (userAgent === null || !/^Mozilla\//.test(userAgent)) return 'program';
  if (/iPad|Tablet|Android(?!.*Mobile)/.test(userAgent)) return 'tablet';
  return /Mobile|iPhone|Android/.test(userAgent) ? 'phone' : 'computer';
}

/** A bar of so many parts, of which some are filled. */
export function strengthBar(filled: number, parts: number): Html {
  const look = filled <= 1 ? 'low' : filled < parts ? 'middle' : 'high';
  const width = 100 / parts;
  const part = (_: unknown, place: number): Html =>
    html`<rect x="${place * width + (place === 0 ? 0 : 0.75)}" y="0" width="${width - (place === 0 ? 0 : 0.75)}" height="3"${
      place < filled ? html` fill="currentColor"` : html` class="empty"`
    }/>`;
  return html`<svg class="strength ${look}" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true" focusable="false">${Array.from({ length: parts }, part)}</svg>`;
}
