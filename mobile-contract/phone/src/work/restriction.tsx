// Who hears of a family is restricted: why, by whom and until when somebody looks at it again.
import { dayIn } from "../day.ts";
import { forms } from "../forms/all.ts";
import { formDraft } from "../forms/form.ts";
import { Begin } from "../forms/screen.tsx";
import { workerName } from "../person.ts";
import type { CaseActsRecord } from "../../../ts/wire.ts";
import type { Rows } from "../rows.ts";
import { Tag, To, useScene } from "../screen/ui.tsx";

/** What restricts a family now, or was written here to lift it and has not come back from the server. */
export function restrictionOf(rows: Rows, family: string): CaseActsRecord | undefined {
  return [...rows.table("case_acts").of(family)].filter((x) => x.act === "restrict" || x.act === "lift_restriction").sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).at(-1);
}

/** One line on the family's page. */
export function RestrictedLine({ family }: { family: string }) {
  const { rows, say } = useScene(), last = restrictionOf(rows, family);
  return <div class="wait"><p><strong>{say("family.restricted")}</strong> {last?.review_on && say("restriction.until", { day: say.day(last.review_on) })} <To to={{ page: "work", family }}>{say("restriction.why")}</To></p></div>;
}

export function Restriction({ family }: { family: string }) {
  const { rows, say } = useScene(), c = rows.table("cases").get(family), last = restrictionOf(rows, family);
  if (!c?.restricted) return null;
  const late = (last?.review_on ?? "") !== "" && last!.review_on < say.today, unsent = last !== undefined && rows.unsent.has(`case_acts/${last.id}`);
  const blocked = forms["case.lift"].blocked!({ rows, say, d: formDraft("", "case.lift", { family }), id: () => "" });
  return (
    <section class="fam" aria-labelledby="restriction">
      <h2 id="restriction">{say("restriction.title")} {late && <Tag kind="late">{say("tag.overdue")}</Tag>}</h2>
      <p>{say("family.restricted")}</p>
      {last && last.act === "restrict" && (
        <dl class="rows">
          <div><dt>{say("field.reason")}</dt><dd class="text">{last.reason || say("value.unknown")}</dd></div>
          <div><dt>{say("restriction.by")}</dt><dd>{[workerName(rows, last.author, family) || say("value.unknown"), say.day(dayIn(last.occurred_at))].join(", ")}</dd></div>
          <div><dt>{say("restriction.review")}</dt><dd>{last.review_on ? say.day(last.review_on) : say("value.unknown")}</dd></div>
        </dl>
      )}
      {unsent && <p><Tag kind="today">{say("tag.provisional")}</Tag> {say("saved.last_word")}</p>}
      {blocked ? <p class="small soft">{blocked}</p> : <><Begin form="case.restrict" of={{ family }} kind="sec" /><Begin form="case.lift" of={{ family }} kind="sec" /></>}
    </section>
  );
}
