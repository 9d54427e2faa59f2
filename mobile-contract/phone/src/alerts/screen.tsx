// Alerts: being rung on this device, in which hours not, and what is mailed.
import { useEffect, useState } from "preact/hooks";
import { Back, Button, Choices, Problems, useScene } from "../screen/ui.tsx";
import { ring, ringing, ringNoMore, type Ringing } from "./push.ts";

const hours = /^([01]?\d|2[0-3])(?:[:.]?([0-5]\d))?$/;
const clock = (text: string): string => { const t = hours.exec(text.trim()); return t ? `${t[1].padStart(2, "0")}:${t[2] ?? "00"}` : ""; };

export function AlertsPage() {
  const { rows, say, phone } = useScene(), me = rows.table("users").get(rows.me.id), [at, stand] = useState<Ringing>(), [told, tell] = useState(""), [problems, mark] = useState<{ field: string; text: string }[]>([]);
  const [asked, want] = useState("yes"), [quiet, hush] = useState("no"), [from, begin] = useState("21:00"), [until, end] = useState("07:00");
  const look = async () => {
    const now = await phone.ask((c) => ringing(c));
    stand(now);
    if (now.is !== "on") return;
    want(now.asked ? "yes" : "no");
    hush(now.quiet_from ? "yes" : "no");
    if (now.quiet_from) (begin(now.quiet_from), end(now.quiet_until));
  };
  useEffect(() => void look(), []);
  const save = async () => {
    const wrong = quiet === "yes" ? ([["quiet-from", from], ["quiet-until", until]] as const).filter(([, v]) => !clock(v)).map(([field]) => ({ field, text: say("alerts.hour") })) : [];
    mark(wrong);
    if (wrong.length > 0) return;
    const is = await phone.ask((c) => ring(c, { asked: asked === "yes", quiet_from: quiet === "yes" ? clock(from) : "", quiet_until: quiet === "yes" ? clock(until) : "" })).catch(() => "off" as const);
    tell(is === "on" ? say("alerts.saved") : "");
    stand({ is: is === "off" ? "unable" : is, asked: asked === "yes", quiet_from: from, quiet_until: until });
  };
  const hour = (id: string, label: string, value: string, set: (v: string) => void) => (
    <div class="govuk-date-input__item"><label class="govuk-label" for={id}>{label}</label><input class="govuk-input govuk-input--width-5" id={id} autocomplete="off" value={value} onInput={(e) => set(e.currentTarget.value)} /></div>
  );
  return (
    <div class="narrow">
      <Back to={{ page: "account" }} />
      <Problems all={problems} />
      <h1>{say("title.alerts")}</h1>
      <p>{say("alerts.what")}</p>
      <h2>{say("alerts.here")}</h2>
      <p role="status"><strong>{at ? say(`alerts.is.${at.is}`) : say("alerts.looking")}</strong> {told}</p>
      {at && (at.is === "on" || at.is === "off") && (
        <>
          <p>{say("alerts.risk")}</p>
          <Choices name="asked" legend={say("alerts.asked")} all={[{ value: "yes", label: say("yes") }, { value: "no", label: say("alerts.asked.no") }]} value={asked} set={(v) => want(v)} />
          <Choices name="quiet" legend={say("alerts.quiet")} hint={say("alerts.quiet.hint")} all={[{ value: "no", label: say("no") }, { value: "yes", label: say("alerts.quiet.yes") }]} value={quiet} set={(v) => hush(v)} />
          {quiet === "yes" && <fieldset class="govuk-fieldset change"><legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{say("alerts.quiet.when")}</legend><div class="govuk-date-input">{hour("quiet-from", say("alerts.from"), from, begin)}{hour("quiet-until", say("alerts.until"), until, end)}</div></fieldset>}
          <Button press={save}>{say(at.is === "on" ? "save" : "alerts.on")}</Button>
          {at.is === "on" && <Button kind="sec" press={async () => { await phone.ask((c) => ringNoMore(c)); tell(""); await look(); }}>{say("alerts.off")}</Button>}
        </>
      )}
      {at?.is === "no_signal" && <Button kind="sec" press={look}>{say("alerts.again")}</Button>}
      <h2>{say("alerts.mail")}</h2>
      <Choices name="digest" legend={say("alerts.mail.what")} hint={say("alerts.mail.hint")} all={[{ value: "daily", label: say("alerts.mail.daily") }, { value: "at_once", label: say("alerts.mail.at_once") }]} value={me?.digest || "daily"} set={(v) => void phone.write([{ op: "update", collection: "users", id: rows.me.id, set: { digest: v } }])} />
    </div>
  );
}
