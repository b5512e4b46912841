/** Served as a picture and never as a page: still, nothing in it may run or ask elsewhere. */
export function checkLogo(svg: string): string[] {
  const rules: readonly (readonly [RegExp, string])[] = [
    [/^(?!\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>])/i, 'must be an SVG picture'],
    [/<script|<foreignObject|<!ENTITY|<!DOCTYPE/i, 'must not have scripts, foreign objects or a document type'],
    [/\son\w+\s*=/i, 'must not have event handlers'],
    [/(?:href|src)\s*=\s*["']?\s*(?!#|["']#)[^"'\s>]/i, 'must not lead elsewhere'],
    [/url\(\s*["']?(?!#)|@import/i, 'must not ask elsewhere'],
  ];
  return rules.filter(([pattern]) => pattern.test(svg)).map(([, fault]) => fault);
}
