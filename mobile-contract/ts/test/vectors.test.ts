// The contract's vectors that need no server: ids, digests, proofs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { unbase64url, utf8 } from "../src/bytes.ts";
import { digest, isMutationID, isRecordID, keptKey, memoryStore, mix, mutationID, newKey, proof, recordID, signerOf, thumbprint } from "../src/index.ts";
import { tokenHash } from "../src/keys.ts";

const vectors = (name: string) => JSON.parse(readFileSync(`../vectors/${name}.json`, "utf8"));

test("ids.json", () => {
  const { mutations, records, made } = vectors("ids");
  for (const v of mutations) assert.equal(isMutationID(v.id), v.valid, v.why);
  for (const v of records) assert.equal(isRecordID(v.id), v.valid, v.why);
  for (const v of made) assert.equal(recordID(v.ms, v.chance), v.id, v.why);
  assert.ok(mutations.length > 20 && records.length > 5 && made.length > 3);
  const many = new Set(Array.from({ length: 2000 }, () => recordID(1_700_000_000_000)));
  assert.equal(many.size, 2000);
  for (const id of many) assert.ok(isRecordID(id) && id.startsWith(recordID(1_700_000_000_000, "")));
  const [early, late] = [mutationID(1_700_000_000_000), mutationID(1_700_000_000_001)];
  assert.ok(isMutationID(early) && early < late);
});

test("digest.json", () => {
  const file = vectors("digest");
  for (const v of file.mix) assert.equal(mix(v.rev).toString(16).padStart(16, "0"), v.mix);
  for (const v of file.tallies) assert.deepEqual(digest(v.revs), v.digest);
  assert.ok(file.mix.length >= 10 && file.tallies.length >= 10);
});

// proof.json says which proofs a server takes. A client makes them: what the vectors hold of
// names and hashes, and that what is made here is like the good ones, member for member.
test("proof.json", async () => {
  const file = vectors("proof");
  for (const v of file.thumbprints) assert.equal(await thumbprint(v.key), v.thumbprint);
  assert.equal(await tokenHash(file.given.token), file.given.token_hash);
  const parts = (jws: string) => jws.split(".").slice(0, 2).map((p) => JSON.parse(Buffer.from(p, "base64url").toString()));
  const good = file.vectors.find((v: any) => v.name === "a good one").when;
  const pair = await newKey(), signer = await signerOf(pair);
  const made = await proof(signer, { method: good.method, url: good.url + "?a=b#c", nonce: file.given.nonce, token: file.given.token, now: 1_800_000_000_999 });
  const [header, claims] = parts(made), [likeHeader, likeClaims] = parts(good.proof);
  assert.deepEqual([Object.keys(header).sort(), Object.keys(claims).sort()], [Object.keys(likeHeader).sort(), Object.keys(likeClaims).sort()]);
  assert.deepEqual([header.typ, header.alg, header.jwk], ["dpop+jwt", "ES256", signer.jwk]);
  assert.deepEqual([claims.htm, claims.htu, claims.nonce, claims.ath, claims.iat], [good.method, good.url, file.given.nonce, file.given.token_hash, 1_800_000_000]);
  const [h, c, s] = made.split(".");
  assert.ok(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, unbase64url(s), utf8(`${h}.${c}`)));
  const again = await proof(signer, { method: "GET", url: good.url, nonce: "n", now: 1 });
  assert.notEqual(parts(again)[1].jti, claims.jti);
  assert.equal("ath" in parts(again)[1], false);
});

test("a phone's key cannot be taken out, and is the same when the app is opened again", async () => {
  await assert.rejects(crypto.subtle.exportKey("jwk", (await newKey()).privateKey));
  const store = memoryStore();
  assert.deepEqual((await keptKey(store)).jwk, (await keptKey(store)).jwk);
});
