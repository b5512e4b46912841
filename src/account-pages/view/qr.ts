import { type Html, html } from '../../html';

/** A text as a QR code, drawn as one path: the policy of a page lets no picture in from an address of data. */
export async function qrCode(text: string, label: string): Promise<Html> {
  const { generate } = await import('lean-qr');
  const code = generate(text);
  const margin = 4; // ISO/IEC 18004 §9.1
  const dots: string[] = [];
  for (let y = 0; y < code.size; y += 1)
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) dots.push(`M${x + margin} ${y + margin}h1v1h-1z`);
  const size = code.size + 2 * margin;
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="currentColor" d="${dots.join('')}"/></svg>\n`;
}
