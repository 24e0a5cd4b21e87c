#!/usr/bin/env python3
"""Runs a command at a new terminal, as a person would, and types an answer when it asks.

usage: terminal.py ANSWER COMMAND [ARGUMENT]...

Prints what the terminal shows, and ends with the command's status. At the prompt `[y/N] ` the command gets ANSWER as a
line; the answer `^D` ends its input instead. A command that shows nothing for a long time is killed.
"""

import os
import pty
import select
import signal
import sys

PROMPT = b"[y/N] "
PATIENCE = 30  # seconds


def main():
    answer, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    typed = b"\x04" if answer == "^D" else answer.encode() + b"\n"
    shown = b""
    while piece := read(terminal, child):
        shown += piece
        if shown.endswith(PROMPT):
            os.write(terminal, typed)
    sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
    sys.stdout.flush()
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


def read(terminal, child):
    """What the terminal shows next; nothing when the command has ended, which Linux reports as an error."""
    if not select.select([terminal], [], [], PATIENCE)[0]:
        os.kill(child, signal.SIGKILL)
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


if __name__ == "__main__":
    main()
