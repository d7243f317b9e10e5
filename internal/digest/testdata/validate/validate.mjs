// Checks documents that newsfold wrote with programs that it did not:
//
//	node validate.mjs FILE…
//
// *.json must be JSON Feed 1.1: by the schema of jsonfeed-schema, under ajv with
// its formats, and as feedsmith reads it. *.opml must be OPML 2.0: feedsmith, opml
// (by the author of the format) and opmlparser must read the same outlines from
// it, and these must keep the rules of http://opml.org/spec2.opml. What is wrong
// is printed; the exit code is 1 then. *.atom and *.rss must have what their
// formats ask for, as feedsmith reads them, and be XML for sax, which is strict;
// feed-parser and feedparser must read the same from them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { Readable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import { parseAtomFeed, parseJsonFeed, parseOpml, parseRssFeed } from "feedsmith";

const require = createRequire(import.meta.url);
const Ajv = require("ajv").default;
const addFormats = require("ajv-formats").default;
const opml = require("opml");
const OpmlParser = require("opmlparser");
const FeedParser = require("feedparser");
const sax = require("sax");
const { parseFeed } = require("@rowanmanning/feed-parser");

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);
const valid = ajv.compile(require("jsonfeed-schema/v1.1"));

// Some parsers trim what they read, and some drop what is empty then.
const trimmed = (s) => (s ?? "").trim();

function jsonFeed(text) {
  const data = JSON.parse(text);
  const faults = valid(data) ? [] : valid.errors.map((e) => `${e.instancePath} ${e.message}`);
  const ids = new Set(data.items.map((i) => i.id));
  if (ids.size !== data.items.length) faults.push("items share an id");
  for (const [i, item] of data.items.entries()) {
    // In words of the specification that the schema cannot say.
    if (!item.content_html && !item.content_text) faults.push(`/items/${i} has no content`);
    for (const key of Object.keys(item).filter((k) => k.startsWith("_"))) {
      if (typeof item[key] !== "object" || Array.isArray(item[key])) faults.push(`/items/${i}/${key} is no object`);
    }
  }
  const read = parseJsonFeed(text);
  const seen = (items) => (items ?? []).map((i) => [i.id, i.url, i.title, i.content_text, i.content_html].map(trimmed));
  if (data.items.length && !isDeepStrictEqual(seen(read.items), seen(data.items))) faults.push("feedsmith reads other items");
  return faults;
}

// Outlines of the three parsers in one form: depth first, the attributes that
// all of them keep.
const attributes = ["text", "type", "url", "xmlUrl", "htmlUrl"];

function flat(outlines, children, depth = 0) {
  return (outlines ?? []).flatMap((o) => [
    [depth, ...attributes.map((a) => trimmed(o[a] ?? o[a.toLowerCase()]))],
    ...flat(children(o), children, depth + 1),
  ]);
}

function byFeedsmith(text) {
  return flat(parseOpml(text).body?.outlines, (o) => o.outlines);
}

function byOpml(text) {
  return new Promise((resolve, reject) => {
    opml.parse(text, (err, doc) => (err ? reject(err) : resolve([flat(doc.opml.body.subs, (o) => o.subs), doc.opml])));
  });
}

function byOpmlParser(text) {
  return new Promise((resolve, reject) => {
    const parser = new OpmlParser({ resume_saxerror: false });
    const list = [];
    parser.on("error", reject);
    parser.on("data", (o) => list.push(o));
    parser.on("end", () => {
      const children = (o) => list.filter((c) => c["#parentid"] === o["#id"]);
      const roots = list.filter((o) => !list.some((p) => p["#id"] === o["#parentid"]));
      resolve(flat(roots, children));
    });
    Readable.from([text]).pipe(parser);
  });
}

// Items of the two other parsers in one form.
const item = (id, url, at) => [trimmed(id), trimmed(url), at ? new Date(at).toISOString() : ""];

function byFeedParser(text) {
  return new Promise((resolve, reject) => {
    const parser = new FeedParser({ resume_saxerror: false });
    const list = [];
    parser.on("error", reject);
    parser.on("readable", () => {
      for (let i = parser.read(); i; i = parser.read()) list.push(item(i.guid, i.link, i.pubdate));
    });
    parser.on("end", () => resolve(list));
    Readable.from([text]).pipe(parser);
  });
}

// What other parsers read otherwise than feedsmith; ours are its items.
async function readElsewhere(text, type, ours) {
  const faults = [];
  const strict = sax.parser(true);
  strict.onerror = (err) => {
    faults.push(`it is no XML: ${err}`);
    strict.error = null;
  };
  strict.write(text).close();
  const lenient = parseFeed(text);
  if (lenient.meta.type !== type) faults.push(`feed-parser takes it for ${lenient.meta.type}`);
  const others = { "feed-parser": lenient.items.map((i) => item(i.id, i.url, i.published)), feedparser: await byFeedParser(text) };
  for (const [name, theirs] of Object.entries(others)) {
    const i = ours.findIndex((o, i) => !isDeepStrictEqual(o, theirs[i]));
    if (i >= 0 || theirs.length !== ours.length) faults.push(`${name} reads ${JSON.stringify(theirs[Math.max(i, 0)])}, not ${JSON.stringify(ours[Math.max(i, 0)])}`);
  }
  return faults;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;

// What RFC 4287 (4.1) asks of a feed and its entries.
async function atomFile(text) {
  const faults = [];
  const feed = parseAtomFeed(text);
  const parts = [["feed", feed], ...(feed.entries ?? []).map((e, i) => [`entry ${i}`, e])];
  for (const [name, p] of parts) {
    for (const key of ["id", "title", "updated"]) if (!p[key]) faults.push(`${name} has no ${key}`);
    if (p.updated && !rfc3339.test(p.updated)) faults.push(`${name} was updated at ${p.updated}`);
    if (p.id && !URL.canParse(p.id)) faults.push(`${name} has an id that is no IRI`);
    for (const l of p.links ?? []) if (!URL.canParse(l.href)) faults.push(`${name} links to ${l.href}`);
  }
  const ids = (feed.entries ?? []).map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push("entries share an id");
  if (ids.length !== (text.match(/<entry\b/g)?.length ?? 0)) faults.push("feedsmith reads another number of entries");
  const page = (e) => e.links?.find((l) => l.rel === "alternate")?.href;
  return faults.concat(await readElsewhere(text, "atom", (feed.entries ?? []).map((e) => item(e.id, page(e), e.published))));
}

// What RSS 2.0 asks of a channel and its items.
async function rssFile(text) {
  const faults = [];
  const feed = parseRssFeed(text);
  for (const key of ["title", "link", "description"]) if (!feed[key]) faults.push(`the channel has no ${key}`);
  for (const [i, item] of (feed.items ?? []).entries()) {
    if (!item.title && !item.description) faults.push(`item ${i} has neither title nor description`);
    if (item.link && !URL.canParse(item.link)) faults.push(`item ${i} links to ${item.link}`);
    if (item.pubDate && !rfc822.test(item.pubDate.replace("+0000", "GMT"))) faults.push(`item ${i} has the date ${item.pubDate}`);
  }
  if ((feed.items ?? []).length !== (text.match(/<item\b/g)?.length ?? 0)) faults.push("feedsmith reads another number of items");
  return faults.concat(await readElsewhere(text, "rss", (feed.items ?? []).map((i) => item(i.guid?.value, i.link, i.pubDate))));
}

const rfc822 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

async function opmlFile(text) {
  const faults = [];
  const [mine, doc] = await byOpml(text);
  for (const [name, other] of [["feedsmith", byFeedsmith(text)], ["opmlparser", await byOpmlParser(text)]]) {
    if (!isDeepStrictEqual(other, mine)) {
      const i = mine.findIndex((o, i) => !isDeepStrictEqual(o, other[i]));
      faults.push(`${name} reads other outlines than opml: ${JSON.stringify(other[i])}, not ${JSON.stringify(mine[i])}`);
    }
  }
  if (!/<opml [^>]*version="2\.0"/.test(text)) faults.push("the version is not 2.0");
  if (doc.head?.title === undefined) faults.push("the head has no title");
  if (!mine.length) faults.push("there is no outline");
  for (const [, attr, date] of text.matchAll(/ (created)="([^"]*)"/g)) {
    if (!rfc822.test(date)) faults.push(`${attr} is no date of RFC 822: ${date}`);
  }
  const made = doc.head?.dateCreated;
  if (made !== undefined && !rfc822.test(made)) faults.push(`dateCreated is no date of RFC 822: ${made}`);
  const count = text.match(/<outline\b/g)?.length ?? 0;
  if (count !== mine.length) faults.push(`${count} outlines were written, ${mine.length} are read`);
  for (const [, txt, type, url, xmlUrl] of mine) {
    if (!txt) faults.push("an outline has no text");
    if (type === "rss" && !URL.canParse(xmlUrl)) faults.push(`"${txt}" is of type rss and has no xmlUrl`);
    if (type === "link" && !URL.canParse(url)) faults.push(`"${txt}" is of type link and has no url`);
  }
  return faults;
}

let bad = 0;
for (const file of process.argv.slice(2)) {
  let faults;
  try {
    const text = readFileSync(file, "utf8");
    const read = { ".opml": opmlFile, ".atom": atomFile, ".rss": rssFile }[extname(file)] ?? jsonFeed;
    faults = await read(text);
  } catch (err) {
    faults = [String(err)];
  }
  for (const f of faults) console.log(`${file}: ${f}`);
  if (faults.length) bad++;
}
if (process.argv.length < 3) {
  console.log("usage: node validate.mjs FILE…");
  bad++;
}
process.exit(bad ? 1 : 0);
