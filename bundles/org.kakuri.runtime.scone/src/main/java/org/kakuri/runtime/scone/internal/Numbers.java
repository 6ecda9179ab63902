package org.kakuri.runtime.scone.internal;

import org.kakuri.runtime.libos.calls.SystemCallTable;

/** System calls that this runtime knows by name. */
final class Numbers {
    static final int FUTEX = SystemCallTable.number("futex");

    private Numbers() {}
}
