// Which letter? Those that can be written now, and below them the rest with what comes first.
import { newLetter } from "./draft.ts";
import { kindsOf, type LetterKind } from "./kind.ts";
import { byAuthor } from "./held.ts";
import { referenceOf } from "../today.ts";
import { Back, Fold, Ref, useScene } from "../screen/ui.tsx";

export function KindsPage({ family }: { family: string }) {
  const { rows, say, phone, go } = useScene(), c = rows.table("cases").get(family), all = kindsOf(rows, family, say);
  const now = all.filter((k) => k.lacks.length === 0), rest = all.filter((k) => k.lacks.length > 0);
  const begin = async (k: LetterKind) => {
    const d = newLetter(phone.newID(), family, k.key, Date.now());
    await phone.keepLetter(d);
    go({ page: "write", letter: d.id });
  };
  return (
    <div class="narrow">
      <Back to={{ page: "family", family }} />
      <p class="small"><strong>{c?.family_name}</strong> <Ref>{referenceOf(rows, family)}</Ref></p>
      <h1>{say("letters.which")}</h1>
      {now.length === 0 && <p>{say("letters.none_now")}</p>}
      <ul class="acts big">{now.map((k) => (
        <li key={k.key}><button class="plain two-line" type="button" onClick={() => void begin(k)}><b>{k.title}</b><span class="why">{k.when} {say(byAuthor(k.pack) ? "letters.by_you" : "letters.by_manager")}</span></button></li>
      ))}</ul>
      {rest.length > 0 && <h2>{say("letters.not_yet")}</h2>}
      {rest.length > 0 && (
        <Fold title={say("letters.not_yet.n", { n: rest.length })}>
          {rest.map((k) => <section class="fam" key={k.key}><h3>{k.title}</h3>{k.lacks.map((l) => <p key={l}>{l}</p>)}</section>)}
        </Fold>
      )}
    </div>
  );
}
