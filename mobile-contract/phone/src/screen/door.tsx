// Before anybody is known, and while the phone is locked: signing in, the PIN, and what works
// without either (numbers to ring, guides, writing something down).
import { useEffect, useState, type Dispatch, type StateUpdater } from "preact/hooks";
import { signIn, factors, showFactor, type SignedIn } from "../../../ts/src/index.ts";
import type { Stage } from "../phone.ts";
import type { Key } from "../words.ts";
import { GuidesPage, Looks } from "./more.tsx";
import { Numbers } from "./danger.tsx";
import { Button, Field, Fold, Problems, Told, To, useScene } from "./ui.tsx";

type Set<T> = Dispatch<StateUpdater<T>>;
type Problem = { field: string; text: string }[];

export function Door({ stage }: { stage: Stage }) {
  const { place, say } = useScene();
  useEffect(() => void (document.title = `${say(`title.${place.page === "danger" || place.page === "guides" ? place.page : stage.is}` as Key)} - Holdfast`), [stage.is, place.page, say.language]);
  return (
    <>
      <header class="hdr"><span class="mark">Holdfast</span></header>
      <main id="main" tabIndex={-1}>
        <div class="lock">
          {place.page === "danger" ? <DangerAtTheDoor locked={stage.is === "locked"} /> : place.page === "guides" ? <><To to={{ page: "today" }} class="back">{say("back")}</To><GuidesPage item={place.item} back={false} /></>
            : stage.is === "sign-in" ? <SignIn why={stage.why} /> : stage.is === "pin" ? <NewPin token={stage.token} known={stage.known} />
            : stage.is === "locked" ? <Unlock stage={stage} /> : <><h1>{say(stage.is === "filling" ? "title.filling" : "title.starting")}</h1>{stage.is === "filling" && <p role="status">{say("filling.text")}</p>}</>}
          {place.page === "today" && <WithoutSigningIn locked={stage.is === "locked"} />}
        </div>
      </main>
    </>
  );
}

function WithoutSigningIn({ locked }: { locked: boolean }) {
  const { say } = useScene();
  return (
    <>
      <h2>{say(locked ? "door.without_unlocking" : "door.without_signing_in")}</h2>
      <To to={{ page: "danger" }} class="btn red">{say("door.danger")}</To>
      <p><To to={{ page: "guides" }} class="lnk">{say("title.guides")}</To></p>
      <Fold title={say("account.looks")}><Looks /></Fold>
    </>
  );
}

function DangerAtTheDoor({ locked }: { locked: boolean }) {
  const { say } = useScene();
  return (
    <>
      <To to={{ page: "today" }} class="back">{say("back")}</To>
      <h1>{say("title.danger")}</h1>
      <p class="big"><strong>{say("danger.ring_first")}</strong></p>
      <Numbers />
      <p class="small soft">{say("danger.here")}</p>
      {locked && <><h2>{say("danger.then")}</h2><p>{say("door.danger.locked")}</p><Seal /></>}
    </>
  );
}

function SignIn({ why }: { why?: "ended" | "wiped" }) {
  const { say, phone } = useScene(), [email, setEmail] = useState(""), [password, setPassword] = useState(""), [problem, tell] = useState<Problem>([]), [second, ask] = useState<{ id: string; ways: string[]; otp?: string }>();
  const others = phone.device.people.filter((p) => p.id !== phone.device.last || why === undefined);
  const took = async (said: SignedIn, identity = email) => {
    if ("token" in said) return phone.signedIn(said.token);
    if ("second" in said) {
      const client = await phone.stranger(), { ways } = await factors(client.line, said.second);
      const otp = ways.includes("mail") ? (await client.ask("POST", "/api/collections/users/request-otp", { token: "", body: { email: identity } })).body?.otpId : undefined;
      return ask({ id: said.second, ways, otp });
    }
    tell([{ field: "email", text: said.problem === "0" ? say("door.no_signal") : said.wait > 0 ? say("door.wait", { n: Math.ceil(said.wait / 60_000) }) : said.problem === "second_factor_needed" ? said.message : say("door.wrong") }]);
  };
  const enter = async () => {
    const missing = [...(email.trim() ? [] : [{ field: "email", text: say("door.email.missing") }]), ...(password ? [] : [{ field: "password", text: say("door.password.missing") }])];
    tell(missing);
    if (missing.length === 0) await took(await signIn((await phone.stranger()).line, email.trim(), password));
  };
  if (second) return <Second of={second} took={took} again={() => ask(undefined)} />;
  return (
    <form onSubmit={(e) => (e.preventDefault(), void enter())} noValidate>
      <Problems all={problem} />
      {why === "ended" ? <Told kind="wait" title={say("door.ended")}><p>{say("door.ended.text")}</p></Told> : why === "wiped" ? <Told kind="wait" title={say("door.wiped")}><p>{say("door.wiped.text")}</p></Told> : <h1>{say("title.sign-in")}</h1>}
      <Field id="email" label={say("door.email")} type="email" mode="email" complete="username" value={email} set={setEmail} error={problem.find((p) => p.field === "email")?.text} />
      <Password say={say("door.password")} value={password} set={setPassword} error={problem.find((p) => p.field === "password")?.text} />
      <Button submit>{say("title.sign-in")}</Button>
      <p><a href="/coordinate/forgotten" class="lnk">{say("door.forgotten")}</a></p>
      {others.length > 0 && <><h2>{say("door.others")}</h2><ul class="acts big">{others.map((p) => <li key={p.id}><button class="plain" type="button" onClick={() => void phone.other(p.id)}>{p.name}</button></li>)}</ul></>}
    </form>
  );
}

function Password({ say: label, value, set, error }: { say: string; value: string; set: Set<string> | ((v: string) => void); error?: string }) {
  const { say } = useScene(), [shown, show] = useState(false);
  return <><Field id="password" label={label} type={shown ? "text" : "password"} complete="current-password" value={value} set={set} error={error} /><p><button class="plain inline" type="button" aria-pressed={shown} onClick={() => show(!shown)}>{say(shown ? "door.hide" : "door.show")}</button></p></>;
}

/** A code of an app, a recovery code, a mailed one or a passkey: whatever the account can show. */
function Second({ of: s, took, again }: { of: { id: string; ways: string[]; otp?: string }; took(said: SignedIn): Promise<void>; again(): void }) {
  const { say, phone } = useScene(), [code, setCode] = useState(""), [problem, tell] = useState<Problem>([]);
  const enter = async () => {
    if (!code.trim()) return tell([{ field: "code", text: say("door.code.missing") }]);
    const client = await phone.stranger();
    const said: SignedIn = s.otp
      ? await client.ask("POST", "/api/collections/users/auth-with-otp", { token: "", body: { otpId: s.otp, password: code.trim(), mfaId: s.id } }).then((a) => (a.body?.token ? { token: a.body.token } : { problem: a.code || String(a.status), message: "", wait: a.wait }))
      : await showFactor(client.line, s.id, { code: code.replace(/\s/g, "") });
    if ("token" in said) return took(said);
    tell([{ field: "code", text: "wait" in said && said.wait > 0 ? say("door.wait", { n: Math.ceil(said.wait / 60_000) }) : say("door.code.wrong") }]);
  };
  const passkey = async () => {
    const client = await phone.stranger(), asked = (await factors(client.line, s.id)).passkey as { ceremony: string; options: PublicKeyCredentialRequestOptionsJSON } | undefined;
    if (!asked) return;
    const shown = (await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options) })) as PublicKeyCredential | null;
    if (shown) await took(await showFactor(client.line, s.id, { passkey: { ceremony: asked.ceremony, response: shown.toJSON() } }));
  };
  return (
    <form onSubmit={(e) => (e.preventDefault(), void enter())} noValidate>
      <Problems all={problem} />
      <h1>{say("door.second")}</h1>
      {s.ways.includes("passkey") && "PublicKeyCredential" in window && <Button kind="sec" press={() => passkey()}>{say("door.passkey")}</Button>}
      <Field id="code" label={say("door.code")} hint={say(s.otp ? "door.code.mail" : "door.code.app")} mode="numeric" complete="one-time-code" value={code} set={setCode} error={problem[0]?.text} />
      <Button submit>{say("continue")}</Button>
      <p><button class="plain inline" type="button" onClick={again}>{say("door.again")}</button></p>
    </form>
  );
}

/** A PIN for this phone, or the one that it has. */
function NewPin({ token, known }: { token: string; known: boolean }) {
  const { say, phone } = useScene(), [pin, setPin] = useState(""), [twice, setTwice] = useState(""), [problem, tell] = useState<Problem>([]);
  const enter = async () => {
    if (!/^\d{6,}$/.test(pin)) return tell([{ field: "pin", text: say("pin.six") }]);
    if (!known && /^(\d)\1+$|^0?123456|^654321/.test(pin)) return tell([{ field: "pin", text: say("pin.easy") }]);
    if (!known && pin !== twice) return tell([{ field: "twice", text: say("pin.differs") }]);
    const said = await phone.pin(pin, token);
    if (said) tell([{ field: "pin", text: say(said === "wrong" ? "pin.wrong" : "door.refused") }]);
  };
  return (
    <form onSubmit={(e) => (e.preventDefault(), void enter())} noValidate>
      <Problems all={problem} />
      <h1>{say(known ? "pin.known" : "pin.new")}</h1>
      <p>{say(known ? "pin.known.text" : "pin.new.text")}</p>
      <Field id="pin" label={say("pin")} hint={say("pin.hint")} type="password" mode="numeric" value={pin} set={setPin} error={problem.find((p) => p.field === "pin")?.text} />
      {!known && <Field id="twice" label={say("pin.again")} type="password" mode="numeric" value={twice} set={setTwice} error={problem.find((p) => p.field === "twice")?.text} />}
      <Button submit>{say("continue")}</Button>
    </form>
  );
}

function Unlock({ stage }: { stage: Stage & { is: "locked" } }) {
  const { say, phone } = useScene(), [pin, setPin] = useState(""), [problem, tell] = useState<Problem>([]);
  const enter = async () => {
    const said = await phone.unlock(pin);
    setPin("");
    if (said) tell([{ field: "pin", text: typeof said === "object" ? say("pin.wait", { n: Math.ceil(said.wait / 60_000) }) : say("pin.wrong") }]);
  };
  return (
    <>
      <form onSubmit={(e) => (e.preventDefault(), void enter())} noValidate>
        <Problems all={problem} />
        <div role="status"><h1>{say("title.locked")}</h1></div>
        {stage.why !== "" && <div class="wait"><p>{say(stage.why === "lease" ? "locked.lease" : "locked.server")}</p></div>}
        <p>{stage.waiting > 0 ? say("locked.waiting", { n: stage.waiting }) : say("locked.nothing")}</p>
        {stage.why !== "server" && <><Field id="pin" label={say("pin")} hint={say("pin.hint")} type="password" mode="numeric" value={pin} set={setPin} error={problem[0]?.text} /><Button submit>{say("locked.unlock")}</Button></>}
      </form>
      <Fold title={say("locked.forgot")}><p>{stage.waiting > 0 ? say("locked.forgot.text", { n: stage.waiting }) : say("locked.forgot.nothing")}</p><Button kind="red" press={() => phone.signOut()}>{say("locked.forgot.yes")}</Button></Fold>
      <Fold title={say("phone.shared")}><p>{say("phone.shared.text")}</p><Button kind="sec" press={() => phone.other("")}>{say("phone.change")}</Button></Fold>
      <Fold title={say("locked.write")}><Seal /></Fold>
    </>
  );
}

/** It goes in and cannot be read again before the phone is unlocked, by its author either. */
function Seal() {
  const { say, phone } = useScene(), [family, setFamily] = useState(""), [words, setWords] = useState(""), [problem, tell] = useState<Problem>([]), [done, sealed] = useState(false);
  const seal = async () => {
    if (!words.trim()) return tell([{ field: "seal-words", text: say("record.write") }]);
    await phone.seal(family.trim(), words.trim());
    setFamily("");
    setWords("");
    tell([]);
    sealed(true);
  };
  return (
    <form onSubmit={(e) => (e.preventDefault(), void seal())} noValidate>
      {done && <div class="good" role="status"><p><strong>{say("seal.done")}</strong></p></div>}
      <Problems all={problem} />
      <div class="info"><p>{say("seal.text")}</p></div>
      <Field id="seal-family" label={say("seal.family")} hint={say("seal.family.hint")} value={family} set={setFamily} />
      <Field id="seal-words" label={say("seal.words")} rows={5} value={words} set={setWords} error={problem[0]?.text} />
      <Button submit>{say("seal.save")}</Button>
    </form>
  );
}
