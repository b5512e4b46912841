/**
 * Letters that look like a Latin letter in most typefaces, each followed by that one (Unicode's confusables.txt, UTS #39 §4). They
 * are written small; the second table says what their capitals look like. Most of them look alike in one of the two alone: Cyrillic
 * н like H, Greek ν like v.
 */
const small = readTable(`
  ɑa ɡg ɩi ɪi ᴏo ᴄc ꜱs ᴠv ᴡw ᴢz ᴜu
  аa ԁd еe һh іi јj ӏl оo пn рp ԛq гr ѕs сc уy үy ѵv ԝw ѡw хx ьb
  αa γy ηn ιi κk νv οo ρp τt υu χx ωw
  օo ոn սu հh զq ցg յj լl`);

const capital = readTable(`
  аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy үy хx ѵv ԛq ԝw ӏi ԍg ьb
  αa βb εe ζz ηh ιi κk μm νn οo ρp τt υy χx ϳj
  օo սu տs լl`);

/**
 * The Latin name that a name in small letters is easily taken for, and the name itself where one of its letters gives it away. So
 * `аdmin` with a Cyrillic а, and КАТЕ that is Cyrillic throughout, are compared as `admin` and `kate`; Катя is not, because of its
 * я.
 */
export const latinLookAlike = (name: string): string => readAs(name, small) ?? readAs(name, capital) ?? name;

function readAs(name: string, table: ReadonlyMap<string, string>): string | null {
  let latin = '';
  for (const letter of name.normalize('NFD')) {
    const read = table.get(letter) ?? (isLatin.test(letter) ? letter : null);
    if (read === null) return null;
    latin += read;
  }
  return latin.normalize('NFKC');
}

/** Or belongs to no script, as digits, accents and hyphens do. */
const isLatin = /^[\p{Script_Extensions=Latin}\p{Script_Extensions=Common}\p{Script_Extensions=Inherited}]$/u;

function readTable(pairs: string): ReadonlyMap<string, string> {
  return new Map(
    pairs
      .trim()
      .split(/\s+/)
      .map((pair) => [...pair] as [string, string]),
  ); // each is two letters
}
