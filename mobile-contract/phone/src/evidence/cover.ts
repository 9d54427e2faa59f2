// A copy of a picture with parts covered: black is burnt in, and the whole encoded anew, so that
// nothing of what lies under it, nor of what a camera wrote beside the picture, goes along.

/** A part that is covered, in per cent of the picture. */
export interface Part { x: number; y: number; w: number; h: number }

/** The part between two points, within the picture. */
export function between(a: { x: number; y: number }, b: { x: number; y: number }): Part {
  const in100 = (n: number) => Math.min(100, Math.max(0, n)), x = in100(Math.min(a.x, b.x)), y = in100(Math.min(a.y, b.y));
  return { x, y, w: in100(Math.max(a.x, b.x)) - x, h: in100(Math.max(a.y, b.y)) - y };
}

/** Too small to have been meant: a tap that slipped. */
export const slip = (p: Part): boolean => p.w < 1 || p.h < 1;

/** In pixels, outwards: nothing shows at an edge. */
export function pixels(p: Part, width: number, height: number): [number, number, number, number] {
  const left = Math.floor((p.x / 100) * width), top = Math.floor((p.y / 100) * height);
  return [left, top, Math.min(width, Math.ceil(((p.x + p.w) / 100) * width)) - left, Math.min(height, Math.ceil(((p.y + p.h) / 100) * height)) - top];
}

const most = 4096; // pixels a side: what every browser can draw

export async function covered(picture: ImageBitmap, parts: readonly Part[], says: string): Promise<Blob> {
  const scale = Math.min(1, most / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas"), g = canvas.getContext("2d")!;
  const width = Math.max(1, Math.round(picture.width * scale)), height = Math.max(1, Math.round(picture.height * scale)), strip = Math.max(24, Math.round(height * 0.04));
  canvas.width = width;
  canvas.height = height + strip;
  g.drawImage(picture, 0, 0, width, height);
  g.fillStyle = "#000";
  for (const p of parts) g.fillRect(...pixels(p, width, height));
  // Below the picture it says what it is, wherever it is shown.
  g.fillStyle = "#fff";
  g.fillRect(0, height, width, strip);
  g.fillStyle = "#000";
  g.textBaseline = "middle";
  g.font = `${Math.round(strip * 0.6)}px sans-serif`;
  g.fillText(says, strip * 0.3, height + strip / 2, width - strip * 0.6);
  return new Promise((done, fail) => canvas.toBlob((b) => (b ? done(b) : fail(new Error("The copy could not be drawn"))), "image/jpeg", 0.9));
}
