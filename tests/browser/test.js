// All tests in one process, so that they share a browser.

import "./recorder.js";
import "./subjects.js";
import "./search.js";
import "./hostile.js";
import "./many.js";
import "./looks.js";
import "./keyboard.js";
