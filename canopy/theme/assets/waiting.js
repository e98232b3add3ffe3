// A page that isn't ready yet looks for itself until it is.

export function enhanceWaiting(root) {
  const waiting = root.getElementById("_waiting");
  if (!waiting) return;
  const look = async () => {
    // The page itself may have come meanwhile.
    if (!waiting.isConnected) return;
    try {
      const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
      if (answer.status !== 503) return location.reload();
    } catch {
      // The server is being restarted: the next look will tell.
    }
    setTimeout(look, pause);
  };
  const pause = Math.max(2, Number(waiting.dataset.seconds) || 0) * 1000;
  setTimeout(look, pause);
}
