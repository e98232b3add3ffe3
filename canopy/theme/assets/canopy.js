// What the pages gain from JavaScript; without it they read the same.
import { enhanceCode } from "./code.js";
import { enhanceContents } from "./contents.js";
import "./enlarge.js";
import { enhanceLive } from "./live.js";
import { enhanceSearch } from "./search.js";
import { enhanceWaiting } from "./waiting.js";

enhanceLive();
enhanceCode(document);
enhanceContents(document);
enhanceSearch();
enhanceWaiting(document);
