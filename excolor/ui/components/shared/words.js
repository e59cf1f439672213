// Sentences with places for what changes.

/** The text with every {name} replaced. */
export const fill = (text, named) => text.replace(/\{(\w+)\}/g, (_, name) => named[name]);

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
