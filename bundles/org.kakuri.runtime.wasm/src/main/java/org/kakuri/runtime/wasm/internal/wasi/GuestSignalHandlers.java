package org.kakuri.runtime.wasm.internal.wasi;

import org.kakuri.platform.linux.posix.PosixCalls;
import run.endive.runtime.Instance;
import run.endive.runtime.WasmRuntimeException;

/**
 * Runs a guest's signal handlers between its calls. A guest that has some names a function of its table, which takes the signals
 * that wait and calls their handlers; not 0 when all that ran allow an interrupted call to be made again.
 */
final class GuestSignalHandlers {
    private static final int NONE = -1;
    private static final long[] NOTHING = {};

    private final PosixCalls calls;
    private int function = NONE;

    GuestSignalHandlers(PosixCalls calls) {
        this.calls = calls;
    }

    /** Names the function: a pointer of C. */
    int use(int pointer) {
        function = pointer;
        return 0;
    }

    /** Runs them if there is one to run; whether the interrupted call may be made again. */
    boolean deliver(Instance instance) {
        if (function == NONE || !calls.signalled()) {
            return false;
        }
        if (instance.tableCount() == 0 || function < 0 || function >= instance.table(0).size()) {
            throw new WasmRuntimeException("undefined element: on_signal(" + function + ")");
        }
        long[] restart = instance.getMachine().call(instance.table(0).ref(function), NOTHING);
        return restart != null && restart.length == 1 && restart[0] != 0;
    }
}
