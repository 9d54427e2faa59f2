// The same in Welsh.
import type { Entry } from "../words.ts";
import type { alertsEn } from "./words.ts";

export const alertsCy: Record<keyof typeof alertsEn, Entry> = {
  "title.alerts": "Rhybuddion", "alerts.what": "Mae rhybudd yn dweud bod angen eich sylw ar rywbeth, byth beth na phwy: gellir ei ddarllen dros ysgwydd. Cyffyrddwch ag ef, ac mae’r ap yn agor.", "alerts.here": "Ar y ddyfais hon", "alerts.looking": "Un eiliad.",
  "alerts.is.on": "Cewch eich rhybuddio ar y ddyfais hon.", "alerts.is.off": "Ni chewch eich rhybuddio ar y ddyfais hon.", "alerts.is.denied": "Mae rhybuddion oddi yma wedi’u diffodd yng ngosodiadau’r ddyfais hon ei hun. Trowch nhw ymlaen yno yn gyntaf.", "alerts.is.unable": "Ni ellir rhybuddio ar y ddyfais hon. Ar iPhone, rhowch yr ap ar y sgrin gartref yn gyntaf.", "alerts.is.not_offered": "Nid yw eich ardal yn anfon rhybuddion i ddyfeisiau. Anfonir yr hyn sy’n frys drwy e-bost.", "alerts.is.no_signal": "Mae angen signal ar gyfer hynny.",
  "alerts.saved": "Cadwyd eich dewis.", "alerts.risk": "Pan fo plentyn mewn perygl, cewch eich rhybuddio ar unrhyw awr.", "alerts.asked": "Hefyd pan ofynnir i chi am ateb neu benderfyniad?", "alerts.asked.no": "Na, dim ond pan fo plentyn mewn perygl", "alerts.quiet": "A oes oriau pan fo cwestiynau’n aros?", "alerts.quiet.hint": "Byth ar gyfer plentyn mewn perygl", "alerts.quiet.yes": "Oes, gadewch iddynt aros", "alerts.quiet.when": "Nid rhwng", "alerts.from": "O", "alerts.until": "Tan", "alerts.hour": "Rhowch amser o’r dydd, megis 21:00",
  "alerts.on": "Rhybuddiwch fi ar y ddyfais hon", "alerts.off": "Atal rhybuddion ar y ddyfais hon", "alerts.again": "Ceisio eto", "alerts.mail": "Drwy e-bost", "alerts.mail.what": "Pryd anfonir yr hyn sy’n aros amdanoch drwy e-bost?", "alerts.mail.hint": "Anfonir plentyn mewn perygl ac atgyfeiriad ar unwaith beth bynnag. Nid yw unrhyw e-bost yn enwi teulu.", "alerts.mail.daily": "Unwaith y dydd, yn y bore", "alerts.mail.at_once": "Pob un wrth iddo ddod",
  "noun.users": "eich cyfrif eich hun", "field.digest": "Pryd y cewch e-bost",
};
