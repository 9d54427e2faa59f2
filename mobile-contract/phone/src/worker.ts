// The service worker as the page sees it: put in place at the first visit, and a newer version
// waits until its person says so, or nothing is half written.
export const update = {
  ready: false,
  begin(): void {
    void navigator.serviceWorker.getRegistration().then((r) => r?.waiting?.postMessage("begin"));
  },
};

export async function keepOffline(news: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const there = navigator.serviceWorker.controller !== null;
  const r = await navigator.serviceWorker.register("/app/worker.js", { scope: "/" });
  const look = () => {
    if (!r.waiting || !navigator.serviceWorker.controller) return;
    update.ready = true;
    news();
  };
  look();
  r.addEventListener("updatefound", () => r.installing?.addEventListener("statechange", look));
  if (there) navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  setInterval(() => void r.update().catch(() => undefined), 3_600_000);
}
