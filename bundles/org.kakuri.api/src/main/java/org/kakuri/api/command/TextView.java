package org.kakuri.api.command;

/** Implemented by what a command returns when its text is more than a table of its components. */
public interface TextView {
    /** Returns what a person is shown; {@code --json} prints the record instead. */
    String text();
}
