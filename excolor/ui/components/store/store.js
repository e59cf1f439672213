// What this browser keeps, in its local storage, an item for each entry. Called with every rerun; draws nothing.
//
// A session that begins is told first what is here; until it has heard that, nothing is written. After that the server
// sends changes, and is told only what another tab has changed, what could not be written, and now and then that much
// has been written. A report stands until the server has heard it.

import { clear, foreign, kept, stored, write } from "./items.js";

const MUCH = 16_000; // characters of changes that the server says again with every run of a page
const TOGETHER = 100; // milliseconds within which another tab's changes are one report

// One page has one of this component, and these outlive it when another page of the app is opened.
const memory = {
  session: null,
  hello: 0, // number of the report that says what is here; 0 if there was nothing
  cleared: 0,
  reports: 0,
  waiting: null, // the report that has not been heard
  full: false,
  written: {}, // what was written last, by key: it is not written again over what another tab has written since
  left: {}, // where this tab's student left off, by key
  heard: {}, // what another tab has changed, by key
  prefix: "",
  timer: 0,
  send: () => {},
};

export default function ({ data: [data], setStateValue }) {
  const storage = stored();
  if (data.early) {
    // The run of the page has not ended: whatever was said would interrupt it.
    if (storage && data.session === memory.session && data.heard >= memory.hello) write(storage, data, memory.written);
    return;
  }
  memory.send = (report) => setStateValue("report", report);
  memory.prefix = data.prefix;
  if (memory.waiting && data.session === memory.session && data.heard >= memory.waiting.number) {
    memory.waiting = null;
    memory.send(null); // or it would be sent again with every click
  }
  if (data.session !== memory.session) greet(storage, data);
  if (!storage || data.heard < memory.hello) return;
  if (data.cleared > memory.cleared) clear(storage);
  memory.cleared = data.cleared;
  keep(storage, data);
}

/** The first that this browser sees of a session: tell it what is here. */
function greet(storage, { session, prefix }) {
  Object.assign(memory, { session, hello: 0, cleared: 0, waiting: null, written: {} });
  if (!storage) return report({ available: false });
  // On a page that was open before its server was started anew, another tab may have left off elsewhere since.
  const [entries, others] = [{ ...kept(storage, prefix), ...memory.left }, foreign(storage, prefix)];
  remember(entries);
  if (others || Object.keys(entries).length) memory.hello = report({ greeting: true, entries, others });
}

const leftOff = (key) => key.startsWith("last/");

function remember(entries) {
  for (const [key, text] of Object.entries(entries)) if (leftOff(key)) memory.left[key] = text;
}

function keep(storage, data) {
  const full = !write(storage, data, memory.written);
  remember(data.changes);
  if (full !== memory.full) {
    memory.full = full;
    report({});
  } else if (!full && JSON.stringify(data.changes).length > MUCH) report({ wrote: data.revision });
}

/** Tell the server something, together with what it has not heard yet; returns the number of the report. */
function report(news) {
  memory.reports += 1;
  const { session, reports, waiting, full } = memory;
  const entries = { ...waiting?.entries, ...news.entries };
  memory.waiting = { ...waiting, ...news, entries, full, session, number: reports };
  memory.send(memory.waiting);
  return reports;
}

/** Another tab has written something, or taken it away. */
function follow({ key, newValue, storageArea }) {
  const { prefix, session } = memory;
  if (!session || storageArea !== stored() || !key?.startsWith(prefix)) return;
  const name = key.slice(prefix.length);
  if (leftOff(name)) return; // each tab goes its own way
  memory.heard[name] = newValue;
  clearTimeout(memory.timer);
  memory.timer = setTimeout(() => {
    report({ entries: memory.heard });
    memory.heard = {};
  }, TOGETHER);
}

window.addEventListener("storage", follow);
