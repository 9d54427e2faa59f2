// The app's mark as a PNG, for devices that take no SVG: an H on the header's blue.
import { deflateSync } from "node:zlib";

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const crc = (bytes) => ~bytes.reduce((c, b) => table[(c ^ b) & 255] ^ (c >>> 8), -1) >>> 0;

function chunk(kind, body) {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(kind, 4, "latin1");
  body.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

export function icon(size) {
  const head = Buffer.alloc(13), rows = Buffer.alloc(size * (1 + size * 3));
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2], 8); // eight bits each of red, green and blue
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const u = (x / size) * 512, v = (y / size) * 512;
      const mark = v >= 116 && v < 396 && ((u >= 120 && u < 192) || (u >= 320 && u < 392) || (u >= 120 && u < 392 && v >= 220 && v < 292));
      rows.set(mark ? [255, 255, 255] : [28, 58, 74], y * (1 + size * 3) + 1 + x * 3);
    }
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}
