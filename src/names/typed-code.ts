/** A code as people type it: full-width digits, spaces and hyphens of any kind are taken. */
export const normalCode = (typed: string): string => typed.normalize('NFKC').replaceAll(/[\s\p{Pd}]/gu, '');
