// A recording is kept as WAV, since every phone can make it and the server takes it: what a
// browser records by itself differs from one to the next.
const rate = 16_000;

export interface Recording {
  stop(): Promise<Blob>;
  /** lets go of it, and of the microphone */
  drop(): void;
}

/** Begins to record; throws where the microphone is not given. */
export async function record(): Promise<Recording> {
  const line = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false } });
  const by = new MediaRecorder(line), parts: Blob[] = [];
  by.ondataavailable = (e) => parts.push(e.data);
  by.start(5_000);
  const end = () => line.getTracks().forEach((t) => t.stop());
  return {
    drop: () => (by.state !== "inactive" && by.stop(), end()),
    stop: () => new Promise((done, fail) => {
      by.onstop = () => {
        end();
        void wav(new Blob(parts, { type: by.mimeType })).then(done, fail);
      };
      by.stop();
    }),
  };
}

async function wav(said: Blob): Promise<Blob> {
  const heard = (await new OfflineAudioContext(1, 1, rate).decodeAudioData(await said.arrayBuffer())).getChannelData(0);
  const out = new DataView(new ArrayBuffer(44 + heard.length * 2)), text = (at: number, s: string) => [...s].forEach((c, i) => out.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  out.setUint32(4, 36 + heard.length * 2, true);
  text(8, "WAVEfmt ");
  out.setUint32(16, 16, true);
  out.setUint16(20, 1, true);
  out.setUint16(22, 1, true);
  out.setUint32(24, rate, true);
  out.setUint32(28, rate * 2, true);
  out.setUint16(32, 2, true);
  out.setUint16(34, 16, true);
  text(36, "data");
  out.setUint32(40, heard.length * 2, true);
  heard.forEach((v, i) => out.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, v)) * 32767), true));
  return new Blob([out.buffer], { type: "audio/wav" });
}
