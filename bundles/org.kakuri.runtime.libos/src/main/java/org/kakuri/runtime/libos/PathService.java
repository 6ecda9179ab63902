package org.kakuri.runtime.libos;

import org.kakuri.runtime.libos.trace.Decision;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/** Decides about calls that name a file. */
public interface PathService {
    /** Everything is where the kernel finds it. */
    PathService PLAIN = new PathService() {
        @Override
        public Decision decide(Tracee tracee, TraceeCall call) {
            return Decision.FORWARD;
        }
    };

    /** Returns what becomes of a call that names a file. */
    Decision decide(Tracee tracee, TraceeCall call);

    /** Returns whether a socket was connected to something that no process of the session made. */
    default boolean outside(Tracee tracee, TraceeCall call) {
        return true;
    }
}
