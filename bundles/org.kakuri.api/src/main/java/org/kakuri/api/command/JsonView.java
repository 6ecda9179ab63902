package org.kakuri.api.command;

/** Implemented by what a command returns when its JSON document is not simply the record's components. */
public interface JsonView {
    /** Returns exactly one JSON document. */
    String json();
}
