// What this browser keeps, in its local storage, an item for each entry. Called with every rerun; draws nothing.
//
// A session that begins is told first what is here; until it has heard that, nothing is written. After that the server
// sends changes, and is told only what another tab has changed, what could not be written, and now and then that much
// has been written. A report stands until the server has heard it.

import { clear, foreign, kept, stored, write } from "./items.js";

const MUCH = 16_000; // characters of changes that the server says again with every run of a page
const TOGETHER = 100; // milliseconds within which another tab's changes are one report

// One page has one of this component, and these outlive it when another page of the app is opened.
const memory = { session: null, hello: 0, cleared: 0, reports: 0, waiting: null, send: () => {}, prefix: "", timer: 0 };

export default function ({ data, setStateValue }) {
  memory.send = (report) => setStateValue("report", report);
  memory.prefix = data.prefix;
  if (memory.waiting && data.session === memory.session && data.heard >= memory.waiting.number) {
    memory.waiting = null;
    memory.send(null); // or it would be sent again with every click
  }
  const storage = stored();
  if (data.session !== memory.session) greet(storage, data);
  if (!storage || data.heard < memory.hello) return;
  if (data.cleared > memory.cleared) clear(storage);
  memory.cleared = data.cleared;
  keep(storage, data);
}

/** The first that this browser sees of a session: tell it what is here. */
function greet(storage, { session, prefix }) {
  Object.assign(memory, { session, hello: 0, cleared: 0, waiting: null });
  if (!storage) return report({ available: false });
  const [entries, others] = [kept(storage, prefix), foreign(storage, prefix)];
  if (others || Object.keys(entries).length) memory.hello = report({ entries, others });
}

function keep(storage, { prefix, changes, revision }) {
  const full = !write(storage, prefix, changes);
  if (full !== (memory.full ?? false)) {
    memory.full = full;
    report({});
  } else if (!full && JSON.stringify(changes).length > MUCH) report({ wrote: revision });
}

/** Tell the server something, together with what it has not heard yet; returns the number of the report. */
function report(news) {
  memory.reports += 1;
  const { session, reports, waiting, full } = memory;
  const entries = { ...waiting?.entries, ...news.entries };
  memory.waiting = { ...waiting, ...news, entries, full: full ?? false, session, number: reports };
  memory.send(memory.waiting);
  return reports;
}

/** Another tab has written something, or taken it away. */
function follow({ key, newValue, storageArea }) {
  const { prefix, session } = memory;
  if (!session || storageArea !== stored() || !key?.startsWith(prefix)) return;
  const name = key.slice(prefix.length);
  if (name.startsWith("last/")) return; // where that tab's student left off
  memory.heard = { ...memory.heard, [name]: newValue };
  clearTimeout(memory.timer);
  memory.timer = setTimeout(() => {
    const entries = memory.heard;
    memory.heard = undefined;
    report({ entries });
  }, TOGETHER);
}

window.addEventListener("storage", follow);
