// How a tab hears of new editions: all tabs of a browser share one stream, in whichever way it can.

// Call `tell({age, spread, paths})` for each edition, and for the current one on joining.
export function follow(tell) {
  if ("SharedWorker" in window) shared(tell);
  else if (navigator.locks && "BroadcastChannel" in window) elected(tell);
  else alone(tell);
}

function shared(tell) {
  let worker, answered, patience;
  const join = () => {
    worker = new SharedWorker(new URL("./live-worker.js", import.meta.url), { type: "module" });
    worker.onerror = () => alone(tell);
    worker.port.onmessage = ({ data }) => {
      answered = true;
      if (data) tell(data);
    };
  };
  addEventListener("pagehide", () => worker.port.postMessage("bye"));
  addEventListener("pageshow", (event) => event.persisted && join());
  // A tab that slept asks what it missed; a worker that doesn't answer is gone.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    answered = false;
    worker.port.postMessage("hello");
    clearTimeout(patience);
    patience = setTimeout(() => answered || join(), 5000);
  });
  join();
}

// One tab, whichever has the lock, listens for all.
async function elected(tell) {
  const { listen } = await import("./source.js");
  const name = `canopy ${new URL("../../", import.meta.url).pathname}`;
  const channel = new BroadcastChannel(name);
  let stream, release;
  channel.onmessage = ({ data }) => {
    if (data !== "hello") tell(data);
    else if (stream?.current()) channel.postMessage(stream.current());
  };
  const stand = () =>
    navigator.locks.request(name, () => {
      stream = listen((edition) => {
        tell(edition);
        channel.postMessage(edition);
      });
      return new Promise((resolve) => (release = resolve));
    });
  addEventListener("pagehide", () => {
    stream?.close();
    release?.();
    stream = release = undefined;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) stand();
    if (event.persisted) channel.postMessage("hello");
  });
  stand();
  channel.postMessage("hello");
}

// Without a way to share, only the tab that is looked at listens: HTTP/1.1 has six connections for all.
async function alone(tell) {
  const { listen } = await import("./source.js");
  let stream;
  const turn = () => {
    stream?.close();
    stream = document.hidden ? undefined : listen(tell);
  };
  document.addEventListener("visibilitychange", turn);
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => event.persisted && turn());
  turn();
}
