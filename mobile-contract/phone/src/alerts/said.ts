// All that an alert may say: on a locked screen, on a watch, on a kitchen table. Neither what
// it is about, nor whose, nor that it is about a child; whatever the server wrote.
/** Where the page puts the language that its device speaks, for the worker: in a header alone. A body that is replaced while it is read never ends, and the alert with it. */
export const LANGUAGE = "/app/language";

export interface Said { title: string; body: string; stays: boolean }

const words = {
  en: { now: "Something needs you now. Open Holdfast, or ring your office.", asked: "Something waits for your answer. Open Holdfast." },
  cy: { now: "Mae angen eich sylw ar rywbeth nawr. Agorwch Holdfast, neu ffoniwch eich swyddfa.", asked: "Mae rhywbeth yn aros am eich ateb. Agorwch Holdfast." },
};

export function alertOf(kind: string, language: string): Said {
  const said = words[language === "cy" ? "cy" : "en"], asks = kind === "asked";
  return { title: "Holdfast", body: asks ? said.asked : said.now, stays: !asks };
}
