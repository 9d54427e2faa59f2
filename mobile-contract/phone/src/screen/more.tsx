// More: briefings and guides, this phone, how it looks, the pages in a browser.
import { area } from "../area.ts";
import { Numbers } from "./danger.tsx";
import { Back, Choices, To, useScene } from "./ui.tsx";

export function MorePage() {
  const { say } = useScene();
  return (
    <div class="narrow">
      <h1>{say("title.more")}</h1>
      <ul class="acts big">
        <li><To to={{ page: "champion" }}>{say("title.champion")}</To></li>
        <li><To to={{ page: "guides" }}>{say("title.guides")}</To></li>
        <li><To to={{ page: "phone" }}>{say("title.phone")}</To></li>
        <li><To to={{ page: "stuck" }}>{say("title.stuck")}</To></li>
        <li><To to={{ page: "account" }}>{say("title.account")}</To></li>
        <li><a href="/coordinate">{say("more.pages")}</a></li>
      </ul>
    </div>
  );
}

/** Read in two taps, signed in or not. */
export function GuidesPage({ item, back = true }: { item?: string; back?: boolean }) {
  const { say, rows } = useScene(), all = area().guides, one = all.find((g) => g.id === item);
  if (one) return (
    <div class="narrow">
      <Back to={{ page: "guides" }} />
      <h1>{one.title}</h1>
      {one.kind === "contact_card" && <Numbers rows={back ? rows : undefined} />}
      {one.body.split(/\n\s*\n|\n/).filter((p) => p.trim()).map((p, i) => <p key={i}>{p}</p>)}
    </div>
  );
  return (
    <div class="narrow">
      {back && <Back to={{ page: "more" }} />}
      <h1>{say("title.guides")}</h1>
      {all.length === 0 && <p>{say("guides.none")}</p>}
      <ul class="acts big">{all.map((g) => <li key={g.id}><To to={{ page: "guides", item: g.id }}>{g.title}</To></li>)}</ul>
    </div>
  );
}

/** How the app looks and speaks; what else belongs to an account is on the pages. */
export function Looks() {
  const { say, phone } = useScene(), d = phone.device;
  return (
    <>
      <Choices name="language" legend={say("account.language")} all={[{ value: "en", label: "English" }, { value: "cy", label: "Cymraeg" }]} value={d.language} set={(language) => phone.choose({ language: language as "en" })} />
      <Choices name="text" legend={say("account.text")} all={[100, 125, 150, 200].map((n) => ({ value: String(n), label: say("account.text.size", { n }) }))} value={String(d.text)} set={(n) => phone.choose({ text: Number(n) })} />
      <Choices name="look" legend={say("account.look")} all={[{ value: "", label: say("account.look.device") }, { value: "light", label: say("account.look.light") }, { value: "dark", label: say("account.look.dark") }]} value={d.look} set={(look) => phone.choose({ look: look as "" })} />
    </>
  );
}

export function AccountPage() {
  const { say, rows } = useScene(), me = rows.table("users").get(rows.me.id), manager = rows.table("users").get(me?.manager ?? "");
  return (
    <div class="narrow">
      <Back to={{ page: "more" }} />
      <h1>{say("title.account")}</h1>
      <dl class="rows">
        <div><dt>{say("account.name")}</dt><dd><bdi>{rows.me.name}</bdi></dd></div>
        {me?.job_title && <div><dt>{say("account.job")}</dt><dd>{me.job_title}</dd></div>}
        <div><dt>{say("account.agency")}</dt><dd>{rows.table("agencies").get(rows.me.agency)?.name}</dd></div>
        {manager && <div><dt>{say("account.manager")}</dt><dd>{manager.name}</dd></div>}
      </dl>
      <p><To to={{ page: "alerts" }} class="lnk">{say("title.alerts")}</To></p>
      <p><a href="/coordinate/account">{say("account.pages")}</a></p>
      <h2>{say("account.looks")}</h2>
      <Looks />
    </div>
  );
}
