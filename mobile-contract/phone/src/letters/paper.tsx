// The letter as the paper will look. It is white in the dark too, since paper is.
import type { Hit, Letter, LetterBlock } from "../../../ts/src/letter/index.ts";
import { useScene } from "../screen/ui.tsx";

/** Listed words are marked where they stand, for whoever has to look at them. */
function listed(text: string, words: string[]) {
  const all = words.map((w) => w.split(" ").map((t) => t.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[^\\p{L}\\p{Nd}]+"));
  if (all.length === 0) return text;
  return text.split(new RegExp(`(?<![\\p{L}\\p{Nd}])(${all.join("|")})(?![\\p{L}\\p{Nd}])`, "giu")).map((part, i) => (i % 2 ? <mark key={i}>{part}</mark> : part));
}

const Spans = ({ of: b, words }: { of: LetterBlock; words: string[] }) => <>{b.spans.map((s, i) => (s.bold ? <strong key={i}>{listed(s.text, words)}</strong> : listed(s.text, words)))}</>;

/** Bullets that follow one another are one list. */
function groups(body: LetterBlock[]): LetterBlock[][] {
  const out: LetterBlock[][] = [];
  for (const b of body) {
    const last = out.at(-1);
    if (last && b.kind === "bullet" && last[0].kind === "bullet") last.push(b);
    else out.push([b]);
  }
  return out;
}

/** Marks are the numbers of what stands in its way, at the parts that it is about; they are not printed. */
export function Paper({ of: d, marks = {}, stamp, hits = [] }: { of: Letter; marks?: { recipient?: number[]; body?: number[] }; stamp?: string; hits?: Hit[] }) {
  const words = [...new Set(hits.map((h) => h.found))];
  const { say } = useScene();
  const mark = (of?: number[]) => of?.map((n) => <sup key={n} class="mark-n"><span class="hush">{say("paper.mark")} </span>{n}</sup>);
  return (
    <div class={"paper" + (d.print === "large" ? " large" : "")} role="document" aria-label={say("paper.name")} lang={d.language === "cy" ? "cy" : "en-GB"}>
      {stamp && <p class="stamp" lang={say.language}>{stamp}</p>}
      <p class="sender">{d.sender.map((l, i) => <span class="line" key={i}>{i === 0 ? <strong>{l}</strong> : l}</span>)}</p>
      {d.return && <p class="return">{d.return}</p>}
      <p class={"to" + (marks.recipient?.length ? " marked" : "")}>{mark(marks.recipient)}{d.recipient.map((l, i) => <span class="line" key={i}><bdi>{l}</bdi></span>)}</p>
      <p class="dated"><span>{d.labels.reference}: {d.reference}</span> <span>{d.date_text}</span></p>
      <p>{d.salutation}</p>
      {marks.body?.length ? <p class="marked small">{mark(marks.body)}</p> : null}
      {groups(d.body).map((g, i) => {
        const b = g[0];
        if (b.kind === "bullet") return <ul key={i}>{g.map((x, j) => <li key={j}><Spans of={x} words={words} /></li>)}</ul>;
        if (b.kind === "heading") return <h3 class="subject" key={i}><Spans of={b} words={words} /></h3>;
        if (b.kind === "subheading") return <h4 key={i}><Spans of={b} words={words} /></h4>;
        return <p key={i}><Spans of={b} words={words} /></p>;
      })}
      <p>{d.closing}</p>
      <p class="signed"><span class="line"><strong>{d.signatory.name}</strong></span><span class="line">{d.signatory.role}</span><span class="line">{d.signatory.organisation}</span></p>
      {d.copies.length > 0 && <p>{d.labels.copies}: {d.copies.join(", ")}</p>}
    </div>
  );
}
