/// <reference lib="webworker" />
// Browsers slow the timers of pages in the background down, not those of workers.
setInterval(() => postMessage(null), 5000);
