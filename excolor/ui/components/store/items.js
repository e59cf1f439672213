// The items of the browser's storage that are ours.

const OURS = "excolor/"; // of every version

/** The browser's storage, or null where it has none: switched off, say. */
export function stored() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** The entries of this version by their keys, without the prefix. */
export function kept(storage, prefix) {
  const keys = ours(storage).filter((key) => key.startsWith(prefix));
  return Object.fromEntries(keys.map((key) => [key.slice(prefix.length), storage.getItem(key)]));
}

/** How many items are of another version. */
export const foreign = (storage, prefix) => ours(storage).filter((key) => !key.startsWith(prefix)).length;

/**
 * Write what has changed and is not among what was `written`, which then has it too; null in place of a text takes the
 * entry away. Returns whether there was room for all.
 */
export function write(storage, { prefix, changes }, written) {
  let room = true;
  for (const [key, text] of Object.entries(changes)) {
    if (written[key] === text) continue;
    try {
      if (text === null) storage.removeItem(prefix + key);
      else storage.setItem(prefix + key, text);
      written[key] = text;
    } catch {
      room = false;
    }
  }
  return room;
}

/** Take away everything of ours, of whatever version. */
export function clear(storage) {
  for (const key of ours(storage)) storage.removeItem(key);
}

const ours = (storage) => Object.keys(storage).filter((key) => key.startsWith(OURS));
