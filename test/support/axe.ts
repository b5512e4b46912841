import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe finds wrong with the page as it stands: every rule of WCAG 2.2 A and AA, and axe's own of good practice. Each as a sentence.
 * `within`: a selector of what is looked at, where the rest of the page was.
 */
export async function faultsOf(page: Page, within = 'html'): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe); // by the debugger: the page's own policy stays in force for everything else
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(within)})`)) as Results;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

interface Results {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}
