// The families, found by any words in any order, with or without accents.
import { useState } from "preact/hooks";
import { findFamilies } from "../family.ts";
import { Ref, Tag, To, useScene } from "./ui.tsx";

const page = 60;

export function FamiliesPage() {
  const { rows, say } = useScene(), [asked, ask] = useState(""), [closed, showClosed] = useState(false), [most, more] = useState(page);
  const found = findFamilies(rows, say, asked, closed), open = rows.table("cases").all.filter((c) => c.status === "open").length, rest = rows.table("cases").all.length - open;
  return (
    <>
      <h1>{say("title.families")}</h1>
      <div class="narrow" role="search">
        <label class="govuk-label govuk-label--s" for="find">{say("find.label")}</label>
        <div class="govuk-hint" id="find-hint">{say("find.hint")}</div>
        <input class="govuk-input" id="find" type="search" autocomplete="off" spellcheck={false} value={asked} aria-describedby="find-hint" onInput={(e) => (ask(e.currentTarget.value), more(page))} />
      </div>
      <p role="status" class="soft found">{asked.trim() ? say("find.found", { n: found.length }) : say(closed ? "find.all" : "find.open", { n: found.length, closed: rest })}</p>
      {asked.trim() === "" && rest > 0 && <p><button class="plain" type="button" onClick={() => showClosed(!closed)}>{say(closed ? "find.hide_closed" : "find.show_closed")}</button></p>}
      <ul class="families">
        {found.slice(0, most).map((f) => (
          <li key={f.family.id}>
            <To to={{ page: "family", family: f.family.id }}>{f.family.family_name}</To> <Ref>{f.reference}</Ref>
            {f.overdue > 0 && <>{" "}<Tag kind="late">{say("find.overdue", { n: f.overdue })}</Tag></>}
            {f.today > 0 && <>{" "}<Tag kind="today">{say("find.today", { n: f.today })}</Tag></>}
            {f.family.status === "closed" && <>{" "}<Tag>{say("find.closed")}</Tag></>}
            <span class="why">{f.children || say("find.no_children")}</span>
          </li>
        ))}
      </ul>
      {found.length > most && <button class="btn sec" type="button" onClick={() => more(most + page)}>{say("find.more", { n: Math.min(page, found.length - most) })}</button>}
    </>
  );
}
