// This phone: when it last heard, what waits and why, how safe it is.
import { useEffect, useState } from "preact/hooks";
import type { Pending } from "../../../ts/src/index.ts";
import { pendingWords } from "../pending.ts";
import { instant } from "../day.ts";
import { waits } from "../today.ts";
import type { Key } from "../words.ts";
import { Wifi } from "../evidence/parts.tsx";
import { update } from "../worker.ts";
import { Back, Button, Fold, Tag, To, useScene } from "./ui.tsx";

export function PhonePage() {
  const { say, phone, rows } = useScene(), waiting = rows.pending.filter(waits), unsent = waiting.filter((p) => p.state !== "held"), held = waiting.filter((p) => p.state === "held");
  const o = phone.outcome, minutes = Math.floor((Date.now() - phone.synced) / 60_000), [space, measure] = useState("");
  useEffect(() => void navigator.storage?.estimate?.().then((e) => measure(say("phone.space.used", { mb: Math.max(1, Math.round((e.usage ?? 0) / 1e6)) }))), []);
  return (
    <>
      <Back to={{ page: "today" }} say="back.today" />
      <h1>{say("title.phone")}</h1>
      <p class="big"><strong>{phone.synced ? say("strip.synced", { when: say.moment(phone.synced) }) : say("strip.never")}</strong>{phone.synced > 0 && <>, {say("phone.ago", { n: minutes })}</>}. {o && o.state !== "resting" && say(`sync.${o.state}` as Key)}</p>
      {o?.state === "stuck" && o.message && <p>{o.message}</p>}
      <Button kind="sec" press={() => phone.now()}>{say(phone.syncing ? "phone.syncing" : "phone.sync")}</Button>
      <div class="two">
        <div>
          <h2>{say("phone.waiting", { n: unsent.length })}</h2>
          {unsent.length === 0 && <p>{say("phone.waiting.none")}</p>}
          {unsent.map((p) => <Waiting key={p.id} of={p} />)}
          {held.length > 0 && <><h2>{say("phone.held", { n: held.length })}</h2><p class="small soft">{say("phone.held.text")}</p>{held.map((p) => <Waiting key={p.id} of={p} />)}</>}
          {rows.refusals.length + rows.conflicts.length > 0 && <p><To to={{ page: "stuck" }} class="lnk">{say("phone.stuck", { n: rows.refusals.length + rows.conflicts.length })}</To></p>}
        </div>
        <div>
          <h2>{say("phone.safe")}</h2>
          <dl class="rows">
            <div><dt>{say("phone.locks")}</dt><dd>{say("phone.locks.text")} <button class="plain inline" type="button" onClick={() => void phone.lock()}>{say("phone.lock")}</button></dd></div>
            <div><dt>{say("phone.closes")}</dt><dd>{say("phone.closes.text", { when: say.moment(Math.max(phone.synced, 0) + 72 * 3_600_000) })}</dd></div>
            <div><dt>{say("phone.families")}</dt><dd>{say("families", { n: rows.table("cases").all.length })}</dd></div>
            <div><dt>{say("phone.space")}</dt><dd>{space}</dd></div>
            <div><dt>{say("phone.sends")}</dt><dd>{say("phone.sends.text")}</dd></div>
          </dl>
          <Wifi />
          {update.ready && <div class="info"><h2>{say("phone.update")}</h2><p>{phone.drafts.length > 0 ? say("phone.update.draft", { n: phone.drafts.length }) : say("phone.update.text")}</p><Button kind="sec" press={() => update.begin()}>{say("phone.update.now")}</Button></div>}
          <h2>{say("phone.shared")}</h2>
          <p>{say("phone.shared.text")} <button class="plain inline" type="button" onClick={() => void phone.other("")}>{say("phone.change")}</button></p>
          <Fold title={say("phone.lost")}><p>{say("phone.lost.text")}</p></Fold>
          <Fold title={say("account.sign_out")}>
            <p>{unsent.length > 0 ? <strong>{say("account.sign_out.unsent", { n: unsent.length })}</strong> : say("account.sign_out.text")}</p>
            <Button kind={unsent.length > 0 ? "red" : "sec"} press={() => phone.signOut()}>{say(unsent.length > 0 ? "account.sign_out.lose" : "account.sign_out")}</Button>
          </Fold>
        </div>
      </div>
    </>
  );
}

function Waiting({ of: p }: { of: Pending }) {
  const { rows, say } = useScene();
  return (
    <section class="fam">
      <h3>{pendingWords(rows, p, say)}</h3>
      <p class="small">{p.recorded_at && say("phone.recorded", { when: say.moment(instant(p.recorded_at)) })} {p.state !== "unsent" && <Tag kind="late">{say(`pending.${p.state}` as Key)}</Tag>}</p>
    </section>
  );
}
