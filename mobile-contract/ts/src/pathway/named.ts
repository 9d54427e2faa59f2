// Whether a text names somebody in full (PATHWAY.md, 24).

const titles = "mr mrs ms miss mx dr prof professor sir dame rev reverend imam rabbi father sister".split(" ");

/** Words that stand where a name should: for oneself, for nobody, and for the office that somebody holds. */
const noNames = new Set(`i me my myself self us we our ourselves you your he she him her they them their it same ditto above
a an the this that of in at on from for and or to by with via as is was
somebody someone anybody anyone nobody noone none unknown other another person people named name tbc tba n
duty team manager managers worker workers social care services service front door desk office officer staff children children's childrens
mash csc hub early help lead head senior deputy assistant designated safeguarding practitioner director supervisor colleague
council authority department agency local line nurse doctor teacher school police panel meeting phone telephone
contact contacts centre center call caller night shift not known confirm confirmed see notes note file record email text message voicemail
pending withheld anonymous unnamed unidentified various everyone everybody health visitor family support helpline hotline switchboard reception
custody sergeant probation housing surgery gp hours rota allocated triage intake referrals assessment control room answer reply sure remember be follow
first response youth mum mummy dad daddy grandma grandad granny aunty auntie uncle brother`.split(/\s+/));

/** Those of them that are somebody's name where they have a capital. */
const shortNames = ["an", "my", "to", "in"], capital = (word: string): boolean => /^\p{Lu}\P{Lu}*$/u.test(word);

/** Letters that look like those of the Latin alphabet, and those. */
const alike = [..."АВЕЅІЈКМНОРСТУХԀԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧавеѕіјкмнорстухԁԛԝһӏαεικνορτυχγłøđħıɑɡ"], latin = "ABESIJKMHOPCTYXDQWABEZHIKMNOPTYXabesijkmhopctyxdqwhlaeikvoptuxylodhiag";

/** A text as it looks: without accents and what nobody sees, and with letters of one look as one. */
const folded = (text: string): string =>
  [...text.normalize("NFKD").replace(/[\p{Cf}\u115f\u1160\u3164\uffa0]/gu, "")]
    .filter((c) => !/^(?=\p{M})\p{Script=Inherited}$/u.test(c)).map((c) => latin[alike.indexOf(c)] ?? c).join("");

/** Whether a text gives, beside a name, where its bearer can be reached: a telephone number, or, after a comma, "of" or "at", the agency. */
export const reachable = (text: string): boolean =>
  (text.match(/\p{Nd}/gu)?.length ?? 0) >= 7 || [",", " of ", " at ", "("].some((b) => text.includes(b) && /\p{L}/u.test(text.slice(text.indexOf(b) + b.length)));

export const ringBack = "Add their telephone number or their agency beside the name, so that whoever reads this can ring back.";

const length = (s: string): number => [...s].length;

function namesIn(text: string): { names: string[]; titled: boolean } {
  const names: string[] = [];
  let titled = false;
  for (const word of folded(text).split(/[^\p{L}\p{M}'’-]+/u)) {
    const small = word.replace(/^['’-]+|['’-]+$/g, "").toLowerCase(), initial = length(small) === 1;
    if (small === "" || (noNames.has(small) && !(initial && small !== "i" && word !== small) && !(shortNames.includes(small) && capital(word)))) continue;
    if (initial && word === small && small.toUpperCase() !== small) continue; // a letter is an initial where it is a capital
    if (titles.includes(small)) titled = true;
    else if (!names.includes(small)) names.push(small);
  }
  return { names, titled };
}

/** Whether a text may name this person: it has both their names, or no name that is not one of theirs. */
export function bears(text: string, name: string): boolean {
  const said = namesIn(text).names, theirs = namesIn(name).names;
  if (said.length === 0 || theirs.length === 0) return false;
  const foreign = said.some((n) => !theirs.includes(n) && (length(n) > 1 || !theirs.some((t) => t.startsWith(n))));
  return (theirs.length > 1 && theirs.every((n) => said.includes(n))) || (!foreign && said.some((n) => length(n) > 1));
}

/** A first and a last name, or a title and a last name, of somebody who is not whoever writes it. */
export function isNamed(text: string, own: string): boolean {
  const { names, titled } = namesIn(text), mine = namesIn(own).names;
  const others = names.some((n) => !mine.some((m) => m === n || (length(n) === 1 && m.startsWith(n))));
  return others && names.some((n) => length(n) > 1) && (names.length > 1 || titled || /^\p{Script=Han}{2,}$/u.test(names[0]));
}
