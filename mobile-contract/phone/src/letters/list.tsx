// A family's letters, on its page: each with how it stands.
import { nameOf } from "../person.ts";
import { To, useScene } from "../screen/ui.tsx";
import { StateTag } from "./letter.tsx";

export function LettersOf({ family }: { family: string }) {
  const { rows, say, phone } = useScene(), c = rows.table("cases").get(family);
  const all = [...rows.table("letters").of(family)].sort((a, b) => b.date.localeCompare(a.date) || b.id.localeCompare(a.id)), begun = phone.letters.filter((d) => d.family === family);
  return (
    <>
      <h2>{say("letters.title")}</h2>
      {begun.map((d) => (
        <section class="fam" key={d.id}><h3><To to={{ page: "write", letter: d.id }}>{rows.table("letter_templates").all.find((t) => t.key === d.key)?.title ?? say("title.letter")}</To></h3><p class="small soft">{say("record.kept", { when: say.moment(d.kept) })}</p></section>
      ))}
      {all.length === 0 && begun.length === 0 && <p>{say("letters.none")}</p>}
      {all.map((l) => {
        const who = rows.table("people").get(l.recipient);
        return (
          <section class="fam" key={l.id}>
            <h3><To to={{ page: "letter", letter: l.id }}>{rows.table("letter_templates").get(l.template)?.title ?? say("title.letter")}</To></h3>
            <p><StateTag of={l} /> <span class="why">{who && say("letter.to", { name: nameOf(who, say) })} {say.day(l.date.slice(0, 10))}.</span></p>
          </section>
        );
      })}
      {c?.status === "open" && <To to={{ page: "letters", family }} class="btn sec">{say("letters.write")}</To>}
    </>
  );
}

/** Letters and evidence that were begun and not saved, of all families: they wait for their writer alone. */
export function Begun() {
  const { rows, say, phone } = useScene(), files = phone.files?.drafts ?? [], name = (id: string) => rows.table("cases").get(id)?.family_name ?? "";
  return (
    <>
      {phone.letters.map((d) => <section class="fam" key={d.id}><h3><To to={{ page: "write", letter: d.id }}>{name(d.family)}: {say("title.letter").toLowerCase()}</To></h3><p class="small soft">{say("record.kept", { when: say.moment(d.kept) })}</p></section>)}
      {files.map((d) => <section class="fam" key={d.id}><h3><To to={{ page: "attach", evidence: d.id }}>{name(d.family)}: {say(`attach.way.${d.way}`).toLowerCase()}</To></h3><p class="small soft">{say("attach.kept", { when: say.moment(d.kept) })}</p></section>)}
    </>
  );
}
