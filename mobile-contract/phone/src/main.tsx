// The app's beginning: whose phone it is, and the page that its address names.
import { render } from "preact";
import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import { addressOf, aliases, placeOf, type Place } from "./address.ts";
import { readArea, area } from "./area.ts";
import { dress, readDevice } from "./device.ts";
import { Phone } from "./phone.ts";
import { rowsOf } from "./rows.ts";
import { openRisks } from "./risk.ts";
import { Door } from "./screen/door.tsx";
import { DangerPage, RiskPage } from "./screen/danger.tsx";
import { FamiliesPage } from "./screen/families.tsx";
import { FamilyPage } from "./screen/family.tsx";
import { Frame } from "./screen/frame.tsx";
import { AccountPage, GuidesPage, MorePage } from "./screen/more.tsx";
import { RecordPage } from "./screen/record.tsx";
import { StuckPage } from "./screen/stuck.tsx";
import { PhonePage } from "./screen/this_phone.tsx";
import { TodayPage } from "./screen/today.tsx";
import { Guard, SceneContext, type Scene } from "./screen/ui.tsx";
import { AttachPage } from "./evidence/attach.tsx";
import { CapturePage } from "./evidence/capture.tsx";
import { EvidencePage } from "./evidence/evidence.tsx";
import { RedactPage } from "./evidence/redact.tsx";
import { HouseholdPage } from "./screen/household.tsx";
import { KindsPage } from "./letters/kinds.tsx";
import { LetterPage } from "./letters/letter.tsx";
import { WritePage } from "./letters/write.tsx";
import { ChampionPage, DirectoryPage, EventPage, PracticePage } from "./champions/screen.tsx";
import { AlertsPage } from "./alerts/screen.tsx";
import { AskedPage } from "./asked/screen.tsx";
import { MeetingPage } from "./meetings/screen.tsx";
import { DecidePage } from "./work/decide.tsx";
import { WorkPage } from "./work/screen.tsx";
import { AnyDraft, AnySaved } from "./forms/screen.tsx";
import { sayIn, speak } from "./words.ts";
import { keepOffline } from "./worker.ts";

const nothing = rowsOf();

function App({ phone }: { phone: Phone }) {
  const [, again] = useReducer((n: number) => n + 1, 0), [hash, moved] = useState(location.hash);
  useEffect(() => phone.on(() => again(undefined)), []);
  useEffect(() => {
    const hear = () => moved(location.hash), tick = setInterval(() => again(undefined), 60_000);
    addEventListener("hashchange", hear);
    return () => (removeEventListener("hashchange", hear), clearInterval(tick));
  }, []);
  const rows = phone.rows ?? nothing;
  // Made once for as long as it is open: whoever has thousands of events on the phone pays for their names once, not at every tap.
  const names = useMemo(() => aliases(phone.device.salt, function* () {
    const rows = phone.rows ?? nothing;
    for (const table of ["cases", "pathway_events", "letters", "evidence", "network_events", "good_practice", "resources", "meetings", "requests"] as const) for (const r of rows.table(table).all) yield r.id;
    for (const r of [...rows.refusals, ...rows.conflicts, ...phone.drafts, ...phone.letters, ...(phone.files?.drafts ?? []), ...area().guides, ...openRisks(rows)]) yield r.id;
    if (phone.saved) yield phone.saved.id;
  }), [phone.rows === undefined]);
  const place = placeOf(hash, names), say = sayIn(phone.device.language);
  const scene: Scene = { phone, rows, say, aliases: names, place, go: (to: Place) => void (location.hash = addressOf(to, names)) };
  const open = phone.stage.is === "open" && phone.rows;
  return <SceneContext.Provider value={scene}>{open ? <Frame><Guard page say={say} key={hash}><Page place={place} /></Guard></Frame> : <Door stage={phone.stage} />}</SceneContext.Provider>;
}

function Page({ place: p }: { place: Place }) {
  switch (p.page) {
    case "today": return <TodayPage />;
    case "families": return <FamiliesPage />;
    case "family": return <FamilyPage id={p.family} key={p.family} />;
    case "record": return <RecordPage family={p.family} key={p.family} />;
    case "letters": return <KindsPage family={p.family} key={p.family} />;
    case "write": return <WritePage id={p.letter} key={p.letter} />;
    case "letter": return <LetterPage id={p.letter} key={p.letter} />;
    case "capture": return <CapturePage family={p.family} key={p.family} />;
    case "attach": return <AttachPage id={p.evidence} key={p.evidence} />;
    case "evidence": return <EvidencePage id={p.evidence} key={p.evidence} />;
    case "redact": return <RedactPage id={p.evidence} key={p.evidence} />;
    case "household": return <HouseholdPage family={p.family} key={p.family} />;
    case "draft": return <AnyDraft id={p.draft} key={p.draft} />;
    case "saved": return <AnySaved id={p.draft} />;
    case "danger": return <DangerPage family={p.family} />;
    case "risk": return <RiskPage id={p.risk} key={p.risk} />;
    case "stuck": return <StuckPage item={p.item} key={p.item} />;
    case "phone": return <PhonePage />;
    case "more": return <MorePage />;
    case "guides": return <GuidesPage item={p.item} />;
    case "account": return <AccountPage />;
    case "champion": return <ChampionPage />;
    case "directory": return <DirectoryPage />;
    case "event": return <EventPage id={p.event} key={p.event} />;
    case "alerts": return <AlertsPage />;
    case "work": return <WorkPage family={p.family} key={p.family} />;
    case "meeting": return <MeetingPage id={p.meeting} key={p.meeting} />;
    case "decide": return <DecidePage id={p.event} key={p.event} />;
    case "asked": return <AskedPage id={p.request} key={p.request} />;
    case "practice": return <PracticePage id={p.item} key={p.item} />;
  }
}

dress(readDevice());
const phone = new Phone(location.origin);
for (const kind of ["pointerdown", "keydown", "visibilitychange"]) addEventListener(kind, () => (kind === "visibilitychange" && document.visibilityState === "visible" ? void phone.minute() : kind !== "visibilitychange" && phone.touch()), { passive: true });
// Nothing of a family in the system's list of open apps: it takes its picture of a page that is hidden.
document.addEventListener("visibilitychange", () => document.documentElement.toggleAttribute("data-hidden", document.visibilityState === "hidden"));
addEventListener("online", () => phone.stage.is === "open" && phone.now());
addEventListener("online", () => void phone.files?.sending.run());
void navigator.storage?.persist?.();
await speak(phone.device.language).catch(() => speak("en"));
// Nobody waits for what the area has to read: a copy that does not come must not keep the app shut.
void phone.start();
void readArea().then(() => phone.tell());
render(<App phone={phone} />, document.getElementById("app")!);
document.getElementById("plain")?.remove();
void keepOffline(() => phone.touch());
