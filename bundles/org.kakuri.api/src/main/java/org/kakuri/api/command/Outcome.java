package org.kakuri.api.command;

/** Implemented by what a command returns when its success is not the mere absence of an exception. */
public interface Outcome {
    /** Returns the exit code of a one-shot run: 0 done, 1 failed (a trial or a goal claim). */
    int exitCode();
}
