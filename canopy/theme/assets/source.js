// The one stream of events that a browser holds: opened, watched, and opened again whatever ends it.

const address = new URL("../events", import.meta.url);
const pulse = new URL("../live", import.meta.url);
const silence = 65_000; // Three heartbeats: a connection that is dead without knowing it has none.
const longest = 5 * 60_000;
const herd = 1500; // After a restart all come back at once; over so many milliseconds they ask again.

// Call `tell({age, spread, paths})` for each edition: its age and the time to spread over in milliseconds.
export function listen(tell) {
  let source, again, watch, id, last;
  let failures = 0;

  const open = () => {
    clearTimeout(again);
    source?.close();
    let first = true;
    source = new EventSource(address);
    source.onopen = source.onmessage = alive;
    source.addEventListener("beat", alive);
    source.addEventListener("edition", (event) => {
      alive();
      const back = first && id;
      first = false;
      if (event.lastEventId === id) return;
      id = event.lastEventId;
      const { age, spread, paths } = JSON.parse(event.data);
      last = performance.now() - age * 1000;
      tell({ age: age * 1000, spread: back ? Math.max(spread, herd) : spread, paths });
    });
    source.onerror = () => {
      // While it is connecting, the browser tries again by itself; any answer but 200 makes it give up.
      first = true;
      if (source.readyState === EventSource.CLOSED) ask();
    };
    alive();
  };
  // Where nobody is alive at all, these pages are files: nobody will ever tell.
  const ask = async () => {
    clearTimeout(watch);
    const answer = failures ? undefined : await fetch(pulse, { cache: "no-store" }).catch(() => undefined);
    if (answer?.status !== 404) retry();
  };
  const retry = () => {
    clearTimeout(watch);
    const pause = Math.min(longest, 2000 * 2 ** failures++);
    again = setTimeout(open, pause * (0.5 + Math.random()));
  };
  const alive = (event) => {
    if (event) failures = 0;
    clearTimeout(watch);
    watch = setTimeout(open, silence);
  };

  open();
  return {
    // What a tab that joins later is told: there is an edition of this age, and anything may be new in it.
    current: () => (last === undefined ? null : { age: performance.now() - last, spread: 0, paths: null }),
    close() {
      clearTimeout(again);
      clearTimeout(watch);
      source.close();
    },
  };
}
