// Streamlit makes an entry of the browser's history of every change behind the question mark, and the Back button would
// lead through every move of a slider. Here a page has one entry, which says what it said last.
window.oneEntryAPage ??= (() => {
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const same = url && new URL(url, location.href).pathname === location.pathname;
    if (same) history.replaceState(state, title, url);
    else push(state, title, url);
  };
  return true;
})();
