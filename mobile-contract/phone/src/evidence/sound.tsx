// A recording is heard where it is described: from this phone where it has it, else from the
// server, by a tap.
import { useEffect, useState } from "preact/hooks";
import { Button, useScene } from "../screen/ui.tsx";

export function Sound({ id, title, away }: { id: string; title: string; away?: boolean }) {
  const { phone, say } = useScene(), [src, show] = useState(""), [wrong, tell] = useState("");
  useEffect(() => {
    let live = true;
    void phone.files?.here(id).then((b) => live && b && show(URL.createObjectURL(b)));
    return () => void (live = false);
  }, [id]);
  useEffect(() => () => { if (src) URL.revokeObjectURL(src); }, [src]); // locked or left, nothing plays on
  const fetched = async () => {
    tell("");
    const a = await phone.files!.original(id);
    if (a instanceof Blob) show(URL.createObjectURL(a));
    else tell(a || say("sound.no_signal"));
  };
  if (src) return <audio class="sound" controls controlsList="nodownload noremoteplayback" preload="metadata" src={src} aria-label={title} onError={() => tell(say("sound.no"))} />;
  return (
    <>
      {away && <><Button kind="sec" press={fetched}>{say("sound.fetch")}</Button><p class="small soft">{say("sound.fetch.text")}</p></>}
      {wrong && <p class="stop" role="alert">{wrong}</p>}
    </>
  );
}
